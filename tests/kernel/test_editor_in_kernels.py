"""The editor in real kernels, its page played by the messages a page sends."""

from __future__ import annotations

import time
from typing import Any

import pytest
from kernels import SECONDS, Kernel

from inpaint_nb.notebook.gestures import pack

pytestmark = pytest.mark.kernel

SETUP = """
import time
import inpaint_nb as inp
from PIL import Image
%load_ext inpaint_nb
photo = Image.effect_noise((64, 48), 40).convert("RGB")
session = %inpaint photo
ink = session.viewer._panel.editor.ink
"""
POINTS = [(10.0, 10.0), (30.0, 20.0), (50.0, 12.0)]
STROKE = f"inp.Mask.stroke(photo.size, {POINTS}, 4)"
GESTURE = {"type": "gesture", "view": "page", "seq": 1, "tool": "brush", "mode": "add", "radius": 4}


class Page:
    """Speaks to the pointer layer over its comm, through a subshell where the kernel has them."""

    def __init__(self, kernel: Kernel) -> None:
        self.client = kernel.client
        self.kernel = kernel
        self.comm = kernel.run("print(ink.comm.comm_id)").strip()
        self.subshell = self._subshell()

    def _subshell(self) -> str | None:
        self.client.kernel_info()
        info = self.client.get_shell_msg(timeout=SECONDS)
        while info["msg_type"] != "kernel_info_reply":
            info = self.client.get_shell_msg(timeout=SECONDS)
        if "kernel subshells" not in info["content"].get("supported_features", []):
            return None
        self.client.control_channel.send(self.client.session.msg("create_subshell_request", {}))
        reply = self.client.get_control_msg(timeout=SECONDS)
        return str(reply["content"]["subshell_id"])

    def send(self, content: dict[str, Any], *buffers: bytes) -> str:
        """Sends what the layer in a page sends, and returns the message's id."""
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": self.comm, "data": data})
        if self.subshell is not None:
            message["header"]["subshell_id"] = self.subshell
        message["buffers"] = list(buffers)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def answer(self, sent: str) -> dict[str, Any]:
        """What the layer hears in reply to the message: its ready or its ack."""
        end = time.monotonic() + SECONDS
        while True:
            reply = self.kernel._next(end)
            content = (
                reply["content"].get("data", {}).get("content", {}) if reply["msg_type"] == "comm_msg" else {}
            )
            if reply["parent_header"].get("msg_id") == sent and content.get("type") in ("ready", "ack"):
                return dict(content)


@pytest.fixture
def page(kernel: Kernel) -> Page:
    kernel.run(SETUP)
    return Page(kernel)


def test_a_gesture_gives_the_mask_of_its_python_call(kernel: Kernel, page: Page) -> None:
    """The layer is answered, and the session's mask is the stroke's, bit for bit."""
    sent = page.send(GESTURE, pack(POINTS))
    assert page.answer(sent) == {"type": "ack", "view": "page", "seq": 1}
    assert kernel.run(f"print(session.mask == {STROKE})") == "True\n"


def test_a_gesture_arrives_while_a_cell_runs(kernel: Kernel, page: Page) -> None:
    """With subshells the stroke is in Python before the cell ends; without them right after it. None is lost."""
    page.answer(page.send({"type": "ready", "view": "page"}))
    patience = SECONDS if page.subshell is not None else 0.5
    cell = kernel.start(
        f"print('runs', flush=True)\nend = time.monotonic() + {patience}\n"
        "while session.mask.is_empty and time.monotonic() < end: time.sleep(0.005)\n"
        "print(not session.mask.is_empty)"
    )
    kernel.finish(cell, until="runs\n")
    page.send(GESTURE, pack(POINTS))
    text, error = kernel.finish(cell)
    assert error is None
    assert text == f"{page.subshell is not None}\n"
    assert kernel.run(f"print(session.mask == {STROKE})") == "True\n"


def test_a_page_that_comes_late_gets_picture_and_mask(kernel: Kernel, page: Page) -> None:
    """After a reload the layer's ready is answered, and undo still knows what was painted before."""
    page.answer(page.send(GESTURE, pack(POINTS)))
    page.answer(page.send({"type": "ready", "view": "reloaded"}))
    undo = page.send({"type": "command", "view": "reloaded", "seq": 1, "name": "undo", "px": 0})
    assert page.answer(undo)["seq"] == 1
    assert kernel.run("print(session.mask.is_empty, session.can_redo)") == "True True\n"


def test_a_message_that_makes_no_sense_is_answered_and_changes_nothing(kernel: Kernel, page: Page) -> None:
    """A broken gesture leaves the mask alone, and no ink stays behind in the page."""
    broken = {**GESTURE, "radius": "wide", "tool": "spoon"}
    assert page.answer(page.send(broken, b"\0\1"))["type"] == "ack"
    assert kernel.run("print(session.mask.is_empty)") == "True\n"
