"""`%inpaint`, `%%inpaint` and `%imagine`: they parse a line, open a session, and run it when asked to."""

from __future__ import annotations

import argparse
import sys
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from IPython.display import display
from traitlets import Enum, Int, Unicode, observe

from inpaint_nb import settings
from inpaint_nb.chain import Chain
from inpaint_nb.errors import InputError
from inpaint_nb.jobs import Job
from inpaint_nb.notebook import names, options
from inpaint_nb.notebook.cells import SWEEPS, Cells, cell_key
from inpaint_nb.notebook.completion import matcher
from inpaint_nb.notebook.handles import unwatch
from inpaint_nb.notebook.options import Option
from inpaint_nb.notebook.show import View
from inpaint_nb.session import Session
from inpaint_nb.sources import open_picture

INPAINT_HELP = """Open a picture, paint the part to change, run, and get PIL images.

  %inpaint IMAGE [options]          the prompt is typed in the editor, or given with -p
  fox = %inpaint IMAGE [options]    fox.images is the list of PIL images after a run
  %%inpaint IMAGE [options]         the rest of the cell is the prompt, exactly as it stands

IMAGE is a variable (photo, fox.image, photos[0]), a path or a URL.

"""
IMAGINE_HELP = """Make a first picture from words, at a provider that can.

  %imagine PROMPT [options]         the pictures and their buttons appear in the cell
  %%imagine [options]               the rest of the cell is the prompt, exactly as it stands

What is none of the options below belongs to the prompt: --ar 3:2 goes to the provider. A picture that can be edited
opens the editor, by itself after an upscale.

"""

Function = Callable[..., Any]


def documented(text: str, table: Sequence[Option]) -> Callable[[Function], Function]:
    """Gives a magic its help: `text`, and the table of its options."""

    def document(magic: Function) -> Function:
        magic.__doc__ = text + options.table(table) + "\n"
        return magic

    return document


@magics_class
class InpaintMagics(Magics):
    """The magics.

    They leave out IPython's silencing by `;`: it reads a prompt as Python, and `it's` makes it fail.
    """

    shell: Any  # always there once the magics are registered

    provider = Unicode("", help="Provider used where a line names none; empty: the package's default.").tag(
        config=True
    )
    count = Int(1, min=1, help="How many candidates a run makes where a line says nothing.").tag(config=True)

    mode = Enum(
        ("", *settings.MODES),
        default_value="",
        help="live, cached (an equal run is brought back from the store), replay (nothing is sent); empty: as "
        "INPAINT_NB_MODE says. It holds for everything in this kernel; Run in the panel is always live.",
    ).tag(config=True)

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.cells = Cells()
        if self.mode:
            settings.use_mode(self.mode)

    @observe("mode")
    def _use_mode(self, change: Any) -> None:
        settings.use_mode(change["new"] or None)

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    @documented(INPAINT_HELP, options.INPAINT)
    def inpaint(
        self, line: str, cell: str | None = None, local_ns: dict[str, object] | None = None
    ) -> Session | None:
        asked = options.parse("inpaint", options.INPAINT, "IMAGE", line)
        if asked.help:
            self._help(INPAINT_HELP, options.INPAINT)
            return None
        refuse_contradictions(asked)
        session = self._opened(
            asked, prompt_of(asked, cell), ChainMap(local_ns or {}, self.shell.user_ns), line, cell
        )
        self._bind(session, asked.out)
        self._run(session, asked)
        return session

    @no_var_expand
    @line_cell_magic
    @documented(IMAGINE_HELP, options.IMAGINE)
    def imagine(self, line: str, cell: str | None = None) -> Chain | None:
        prompt, given = options.apart(line.rstrip().removesuffix(";"), options.IMAGINE)
        asked = options.parse("imagine", options.IMAGINE, "PROMPT", given)
        if asked.help:
            self._help(IMAGINE_HELP, options.IMAGINE)
            return None
        chain = Chain(provider=asked.provider or self.provider or None, mode=asked.mode)
        self._bind(chain, asked.out)
        job = chain.imagine(imagined(prompt, cell), **dict(asked.param or []))
        self.cells.start(cell_key(self.shell, f"{line}\n{cell}"), self.shell.execution_count, chain)
        self._show(chain)
        if asked.wait:
            self._wait(job, asked.out)
        return chain

    def _opened(
        self,
        asked: argparse.Namespace,
        prompt: str,
        namespace: Mapping[str, object],
        line: str,
        cell: str | None,
    ) -> Session:
        """The session the line asks for, going on from the cell's earlier run of the same picture."""
        word = asked.rest[0]
        provider = asked.provider or self.provider or None
        named = names.picture(word, namespace)
        picture = open_picture(named, provider, asked.mode)
        image = picture.image
        mask = names.mask(asked.mask, namespace) if asked.mask else None
        key = cell_key(self.shell, f"{line}\n{cell}")
        earlier = self.cells.take_over(key, self.shell.execution_count, image, mask)
        session = Session.begun(
            named,
            picture,
            mask=earlier.mask if earlier and earlier.mask.size == image.size else mask,
            prompt=prompt or (earlier.prompt if earlier else ""),
            provider=asked.provider or None,
            default=self.provider or None,
            word=word,
            params=params_of(asked),
            mode=asked.mode,
        )
        session.params.setdefault("count", self.count)
        self.cells.add(key, session, image, mask)
        return session

    def _run(self, session: Session, asked: argparse.Namespace) -> None:
        """Shows the session; before that submits it, so that a refusal leaves no panel behind."""
        if asked.run:
            refuse_empty_mask(session)
        job = session.run() if asked.run else None
        self._show(session)
        if job is not None and asked.wait:
            self._wait(job, asked.out)

    def _show(self, chain: Chain) -> None:
        chain.viewer = View(chain)
        chain.viewer()

    def _wait(self, job: Job, name: str | None) -> None:
        result = job.result()
        if name is not None:
            self.shell.user_ns[name] = list(result.images)

    def _bind(self, session: Chain, name: str | None) -> None:
        """Binds the pictures of each run that ends to `name`, also of runs that a click starts later."""
        if name is None:
            return

        def bind(change: str) -> None:
            if change == "result":
                self.shell.user_ns[name] = list(session.images)

        session.on_change(bind)

    def _help(self, text: str, table: Sequence[Option]) -> None:
        display({"text/plain": text + options.table(table)}, raw=True)


def refuse_contradictions(asked: argparse.Namespace) -> None:
    """Raises InputError for a line without a picture, with two, or with a wait for nothing."""
    if not asked.rest:
        raise InputError(
            "%inpaint needs a picture: %inpaint IMAGE [options].",
            "A picture to try: photo = inpaint_nb.sample(), then %inpaint photo",
        )
    if len(asked.rest) > 1:
        raise InputError(
            f"%inpaint takes one picture; there is no place for {' '.join(asked.rest[1:])!r}.",
            f'Put the prompt in quotes: %inpaint {asked.rest[0]} -p "a red fox"',
        )
    if asked.wait and not asked.run:
        raise InputError("--wait has nothing to wait for.", "Add --run to submit at once.")


def prompt_of(asked: argparse.Namespace, cell: str | None) -> str:
    """The prompt of the line or the cell; the cell's as it stands, without its last line break."""
    if cell is None:
        return asked.prompt or ""
    if not cell.strip():
        raise InputError(
            "%%inpaint takes its prompt from the lines below it, and there is none.", "Or use %inpaint."
        )
    if asked.prompt is not None:
        raise InputError("There are two prompts: -p, and the lines below.", "Leave one of them out.")
    return cell.removesuffix("\n")


def imagined(line: str, cell: str | None) -> str:
    """The prompt of `%imagine`, or of the lines below `%%imagine`, as it stands. Raises InputError for none or two."""
    if cell is not None and line:
        raise InputError(f"There are two prompts: {line!r}, and the lines below.", "Leave one of them out.")
    prompt = line if cell is None else cell.removesuffix("\n")
    if not prompt.strip():
        raise InputError(
            "%imagine needs words to make a picture from.", "%imagine a red fox in the snow -P NAME"
        )
    return prompt


def params_of(asked: argparse.Namespace) -> dict[str, object]:
    """What a run is asked for beside picture, mask and prompt; only what the line says."""
    given = {"count": asked.count, "seed": asked.seed, "feather_px": asked.feather}
    return {key: value for key, value in given.items() if value is not None} | dict(asked.param or [])


def refuse_empty_mask(session: Session) -> None:
    """Raises InputError when nothing is painted and the provider needs a mask."""
    if session.mask.is_empty and session.capabilities.takes_mask:
        raise InputError(
            f"--run has nothing to change: the mask is empty, and {session.provider} needs one.",
            "Give a mask with -m, or leave out --run and paint first.",
        )


def load(shell: Any) -> None:
    """Registers the magics and their completion; in Colab also lets its front end show our widgets."""
    magics = InpaintMagics(shell)
    shell.register_magics(magics)
    complete = matcher(shell)
    shell.Completer.custom_matchers.append(complete)
    _LOADED[id(shell)] = (magics, complete)
    if "google.colab" in sys.modules:
        sys.modules["google.colab"].output.enable_custom_widget_manager()


def unload(shell: Any) -> None:
    """Takes back what `load` did, and closes the panels that the magics opened."""
    if id(shell) not in _LOADED:
        return
    magics, complete = _LOADED.pop(id(shell))
    magics.cells.close()
    SWEEPS.close()
    magics.mode = ""
    unwatch(shell)
    shell.Completer.custom_matchers.remove(complete)
    shell.configurables.remove(magics)
    for kind, registered in shell.magics_manager.magics.items():
        for name in magics.magics[kind]:
            registered.pop(name, None)


_LOADED: dict[int, tuple[InpaintMagics, Any]] = {}
