"""The tree of a session, kept up to date, and what the hand does in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property

from PIL import Image

from inpaint_nb import images
from inpaint_nb.chain import Change
from inpaint_nb.edit import Result
from inpaint_nb.errors import InpaintError, InputError
from inpaint_nb.history import rate
from inpaint_nb.lineage import Node, Tree
from inpaint_nb.lineage.tree import tree_of_picture
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.stars import judged
from inpaint_nb.notebook.treedrawing import Here, digests, drawn
from inpaint_nb.notebook.treeview import TreeView
from inpaint_nb.session import Session
from inpaint_nb.store import open_store

Guarded = Callable[[Callable[[], object]], bool]


class TreePanel:
    """Joins a session with a `TreeView`. Changes are drawn on the marshaller's thread, and only where it is unfolded.

    `guarded` does what the hand asked, and shows why where it cannot be done.
    """

    def __init__(self, session: Session, guarded: Guarded) -> None:
        self._session, self._guarded = session, guarded
        self._tree: Tree | None = None
        self._jobs: tuple[object, ...] = ()
        self._here: tuple[Image.Image, str] | None = None  # a picture and its digest
        self.view = TreeView(
            on_toggle=self._post, on_open=self._open, on_branch=self._branch, on_rate=self._rate
        )
        self._stop_session = session.on_change(self._changed)
        self._stop_ratings = open_store().ratings.on_change(lambda _: self._post())
        self._post()

    # ------------------------------------------------------------------ what is shown

    def show(self) -> None:
        """Shows the tree as it is now; for the marshaller's thread."""
        with suppress(InpaintError):  # a store that cannot be read is told by the next job
            self._tree = tree = tree_of_picture(self._original)
            self.view.show_summary(tree.runs)
            if self.view.is_open:
                self._draw(tree)

    def _draw(self, tree: Tree) -> None:
        drawing = drawn(tree, self._place(tree))
        self.view.show_tree(drawing)
        for digest in digests(drawing):
            if self.view.lacks(digest):
                with suppress(InpaintError):  # a picture that is gone leaves its frame empty
                    self.view.add_picture(digest, tree.store.thumbnail(digest))

    @cached_property
    def _original(self) -> str:
        return images.digest(self._session.original)

    def _place(self, tree: Tree) -> Here | None:
        """Where the picture that is worked on stands in the tree, in the newest run that made it."""
        image = self._session.image
        if self._here is None or self._here[0] is not image:
            self._here = image, images.digest(image)
        digest = self._here[1]
        if digest == tree.root_key:
            return digest, 0
        maker = tree.store.lineage.maker(digest) or ""
        pictures = tree[maker].pictures if maker in tree else ()
        return (maker, pictures.index(digest)) if digest in pictures else None

    def _changed(self, change: Change) -> None:
        jobs = tuple((job.id, job.done()) for job in self._session.jobs)
        if change == "image" or (change in ("job", "result") and jobs != self._jobs):
            self._jobs = jobs
            self._post()

    def _post(self) -> None:
        MARSHALLER.post((id(self), "tree"), self.show)

    # ------------------------------------------------------------------ what the hand does

    def _open(self, key: str, index: int) -> None:
        self._guarded(lambda: self._go_to(self._node(key), index))

    def _branch(self, key: str, index: int) -> None:
        """Goes to a picture with the mask and prompt that made it; where a run has none, to what it started from."""

        def branch() -> None:
            node = self._node(key)
            is_there = node.is_original or node.has_result
            self._go_to(*((node, index) if is_there else (self._node(str(node.parent)), node.index)))
            if node.run is not None:
                self._restore(node)

        self._guarded(branch)

    def _restore(self, node: Node) -> None:
        mask = node.run.mask if node.run is not None else None
        if mask is not None and mask.size == self._session.image.size:
            self._session.mask = mask
        self._session.prompt = node.prompt

    def _rate(self, key: str, index: int, said: dict[str, object]) -> None:
        def judge() -> None:
            node, judgement = self._node(key), judged(said)
            if node.run is None:
                raise InputError("The original picture was made by no run, so it is not rated.")
            rate(
                node.run,
                judgement.stars,
                starred=judgement.starred,
                rejected=judgement.rejected,
                index=index,
            )

        if not self._guarded(judge):
            self._post()  # the page has shown it already

    def _go_to(self, node: Node, index: int) -> None:
        if not node.is_original:
            self._session.use(self._result(node), index)
        elif node.key == self._original:
            self._session.start_over()
        else:
            self._session.use(open_store().picture(node.key))

    def _result(self, node: Node) -> Result:
        """The session's own result of that run, or the one in the store."""
        own = (result for result in self._session.results if result.job_id == node.key)
        return next(own, None) or node.result()

    def _node(self, key: str) -> Node:
        if self._tree is None:
            raise InputError("There is no tree yet.", "Press Run first.")
        return self._tree[key]

    def close(self) -> None:
        """Listens no longer; the widget is closed with the panel."""
        self._stop_session()
        self._stop_ratings()
        MARSHALLER.drop((id(self), "tree"))
