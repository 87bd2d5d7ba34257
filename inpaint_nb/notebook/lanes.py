"""Widgets whose messages need not wait for the cell that runs."""

from __future__ import annotations

from typing import Any

import ipywidgets


class Awake(ipywidgets.Widget):
    """Mixed into a widget, lets the page choose where its messages are handled, also beside a running cell.

    A page sends widget messages to a second shell of the kernel, so that they are handled beside a cell. ipykernel
    7.4 sends a comm's messages back to the shell that published on it last: to the main one for any widget that a
    cell made, where they wait for the cell's end. Forgetting that shell after each publish leaves the page's
    choice. Kernels without that memory have nothing to forget.
    """

    def open(self) -> None:
        super().open()
        self._forget_shell()

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(msg, buffers)
        self._forget_shell()

    def _forget_shell(self) -> None:
        getattr(self.comm, "__dict__", {}).pop("_reply_subshell_id", None)


class Button(Awake, ipywidgets.Button):
    """A button whose clicks need not wait for the running cell."""


class Textarea(Awake, ipywidgets.Textarea):
    """A text box that can be typed in beside the running cell."""


class Dropdown(Awake, ipywidgets.Dropdown):
    """A menu that can be chosen from beside the running cell."""


class BoundedIntText(Awake, ipywidgets.BoundedIntText):
    """A number that can be set beside the running cell."""
