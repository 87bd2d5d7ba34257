"""The masks of a session in the row above the editor: what is shown of them, and what the hand does with them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from html import escape
from pathlib import PurePath

import ipywidgets

from inpaint_nb.chain import Change
from inpaint_nb.errors import InpaintError
from inpaint_nb.masks import Mask
from inpaint_nb.notebook.editor import Editor
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.maskbar import MaskBar, Reply, Told
from inpaint_nb.notebook.maskfiles import check_fits, file_name, next_cell, read_mask, saved_mask
from inpaint_nb.session import Session
from inpaint_nb.workers import begin

log = logging.getLogger(__name__)

MOST_STEPS = 300  # of the history that are listed at once
VIEWS = ("painted", "sent", "blended")
COMBINED: Mapping[str, Callable[[Mask, Mask], Mask]] = {
    "replace": lambda _, new: new,
    "add": lambda old, new: old | new,
    "subtract": lambda old, new: old - new,
    "intersect": lambda old, new: old & new,
}
TITLES = {"add": "add", "subtract": "take away", "intersect": "keep only"}


class MaskPanel:
    """Joins a session, its editor and a `MaskBar`. The bar is drawn on the marshaller's thread.

    Whatever changes a mask waits its turn behind the gestures before it. A preview is taken first, as for a run; only
    who goes through the history leaves it.
    """

    def __init__(self, session: Session, editor: Editor) -> None:
        self._session, self._editor = session, editor
        self._view = VIEWS[0]
        self.bar = MaskBar(on_ask=self._ask, on_fold=self._post)
        self.cautions = ipywidgets.HTML()
        self.cautions.add_class("inb-cautions")
        self._stop = session.on_change(self._changed)
        editor.ink.observe(lambda _: self._post(), ["overlay_style", "proposal"])
        self.show()

    # ------------------------------------------------------------------ what is shown

    def show_view(self) -> None:
        """Shows in the editor which mask is looked at; called after each change, on the thread that made it."""
        self._editor.show_other(self._looked_at())

    def _looked_at(self) -> Mask | None:
        """The mask that is shown in place of the painted one."""
        match self._view:
            case "sent":
                return self._session.sent_mask
            case "blended":
                return self._session.blend_mask
        return None

    def show(self) -> None:
        """Shows everything as it is now."""
        session = self._session
        self.bar.show("masks", names=list(session.masks), active=session.masks.active)
        self._show_history()
        self._show_settings()
        if "words" in self.bar.unfolded:
            looked_at = self._looked_at()
            self.bar.show("words", text=(session.mask if looked_at is None else looked_at).describe())
        self._show_cautions()

    def _show_history(self) -> None:
        steps = self._session.history
        position, last = steps.position, len(steps) - 1
        first = max(0, min(position - MOST_STEPS // 2, last + 1 - MOST_STEPS))
        listed = steps[first : first + MOST_STEPS] if "history" in self.bar.unfolded else ()
        self.bar.show(
            "history", position=position, last=last, first=first, titles=[step.title for step in listed]
        )

    def _show_settings(self) -> None:
        session = self._session
        self.bar.show(
            "view",
            view=self._view,
            style=self._editor.ink.overlay_style,
            feather_px=float(str(session.params.get("feather_px", 0))),
            feather=str(session.params.get("feather", "inside")),
            note="" if session.capabilities.takes_mask else f"{session.provider} is sent no mask",
        )

    def _show_cautions(self) -> None:
        takes_none = not self._session.capabilities.takes_mask
        proposed = self._editor.proposed
        mask = self._session.mask if proposed is None else proposed
        told = [each for each in mask.cautions() if not (takes_none and each.kind in ("empty", "full"))]
        value = "".join(
            f'<div data-kind="{each.kind}"><span aria-hidden="true">⚠ </span>{escape(each.text)}</div>'
            for each in told
        )
        if value != self.cautions.value:
            self.cautions.value = value

    def _changed(self, change: Change) -> None:
        if change in ("params", "provider"):
            MARSHALLER.post((id(self), "view"), self.show_view)
        if change in ("mask", "masks", "image", "params", "provider"):
            self._post()

    def _post(self) -> None:
        MARSHALLER.post((id(self), "bar"), self.show)

    # ------------------------------------------------------------------ what the hand asks

    def _ask(self, asked: Told, file: bytes, reply: Reply) -> None:
        """Does what a page asks, which may be anything, and says what came of it."""
        does = {
            "use": self._use, "add": self._add, "rename": self._rename, "remove": self._remove,
            "restore": self._restore,
        }.get(str(asked.get("type")))  # fmt: skip
        shows = {"look": self._look, "feather": self._feather, "style": self._style}.get(
            str(asked.get("type"))
        )
        match asked.get("type"):
            case "import":
                begin(lambda: self._guarded(lambda: self._import(asked, file, reply), reply))
            case "export":
                self._editor.when_done(lambda: self._guarded(lambda: reply(*self._exported()), reply))
            case "code":
                self._editor.when_done(lambda: self._guarded(lambda: reply(self._code(asked), b""), reply))
            case "go":
                self._in_turn(lambda: self._go(asked), reply, takes_preview=False)
            case _ if does is not None:
                self._in_turn(lambda: does(asked), reply)
            case _ if shows is not None:
                self._guarded(lambda: reply(shows(asked), b""), reply)
            case _:
                reply({}, b"")

    def _in_turn(self, work: Callable[[], Told], reply: Reply, *, takes_preview: bool = True) -> None:
        self._editor.settle(takes_preview, lambda: self._guarded(lambda: reply(work(), b""), reply))

    def _guarded(self, work: Callable[[], None], reply: Reply) -> None:
        """Does it, or says why not: a widget callback has no cell to fail in."""
        try:
            work()
        except InpaintError as error:
            reply({"error": error.message, "hint": error.hint}, b"")
        except Exception as error:
            log.exception("a button of the masks failed")
            reply({"error": f"{type(error).__name__}: {error}"}, b"")

    # ------------------------------------------------------------------ names and steps

    def _use(self, asked: Told) -> Told:
        self._session.use_mask(str(asked.get("name")))
        return {}

    def _add(self, _: Told) -> Told:
        masks = self._session.masks
        name = masks.free_name()
        masks[name] = Mask.empty(masks.size)
        masks.use(name)
        return {"added": name}

    def _rename(self, asked: Told) -> Told:
        self._session.masks.rename(str(asked.get("name")), str(asked.get("to")).strip())
        return {}

    def _remove(self, asked: Told) -> Told:
        name = str(asked.get("name"))
        del self._session.masks[name]
        return {"said": f"Removed {name}.", "offer": "restore"}

    def _restore(self, _: Told) -> Told:
        return {"said": f"{self._session.masks.restore()} is back."}

    def _go(self, asked: Told) -> Told:
        step = asked.get("step")
        self._session.go_to(step if isinstance(step, int) else -1)
        return {}

    # ------------------------------------------------------------------ looks

    def _look(self, asked: Told) -> Told:
        self._view = view if (view := str(asked.get("which"))) in VIEWS else VIEWS[0]
        self.show_view()
        self._post()
        return {}

    def _feather(self, asked: Told) -> Told:
        """Sets how soft runs lay their answer over the picture, as `session.params` does."""
        px, side = asked.get("px"), asked.get("side")
        feather = {"feather_px": px} if isinstance(px, int | float) and px > 0 else {}
        named = {"feather": side} if feather and side == "ring" else {}
        kept = {key: value for key, value in self._session.params.items() if not key.startswith("feather")}
        self._session.params = {**kept, **feather, **named}
        return {}

    def _style(self, asked: Told) -> Told:
        style = str(asked.get("style"))
        if style in ("tint", "checker", "ants"):
            self._editor.ink.set_trait("overlay", True)
            self._editor.ink.set_trait("overlay_style", style)
        return {}

    # ------------------------------------------------------------------ files and code

    def _import(self, asked: Told, file: bytes, reply: Reply) -> None:
        mask, said = read_mask(asked, file, self._session.image.size)
        self._in_turn(lambda: self._taken(mask, asked, said), reply)

    def _taken(self, mask: Mask, asked: Told, said: str) -> Told:
        session, name, into = self._session, file_name(asked.get("file")), str(asked.get("into"))
        if into == "new":
            own = session.masks.free_name(PurePath(name).stem.strip() or "import")
            session.masks[own] = mask
            session.use_mask(own)
        else:
            how = COMBINED.get(into, COMBINED["replace"])
            check_fits(mask, name, session.image.size)  # another picture may have come meanwhile
            session.edit(lambda old: how(old, mask), f"{TITLES.get(into, 'import')} {name}")
        return {"said": said}

    def _exported(self) -> tuple[Told, bytes]:
        file, png = saved_mask(self._session.mask, self._session.masks.active)
        return {"file": file, "said": f"Downloaded {file}, {len(png):,} bytes."}, png

    def _code(self, asked: Told) -> Told:
        code = self._session.mask.code()
        if asked.get("to") != "cell":
            return {"code": code, "lines": code.count("\n")}
        next_cell(code)
        return {"said": "The code comes in a new cell, below the next cell that you run."}

    def close(self) -> None:
        """Listens no longer; the widgets are closed with the panel."""
        self._stop()
        for key in ("bar", "view"):
            MARSHALLER.drop((id(self), key))
