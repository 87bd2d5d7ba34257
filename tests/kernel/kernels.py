"""A real kernel without a front end, driven as a front end drives it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

SECONDS = 60.0


class Kernel:
    """One running kernel: cells go in, their text and errors come out."""

    def __init__(self, python: str, folder: Path) -> None:
        self.manager = KernelManager()
        self.manager._kernel_spec = KernelSpec(
            argv=[python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name=python,
            language="python",
            interrupt_mode="signal",
        )
        self.manager.start_kernel(cwd=str(folder), env=_environment(folder))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)
        self.heard: list[dict[str, Any]] = []  # everything that the kernel said, in order

    def run(self, code: str) -> str:
        """What the cell prints; AssertionError with its traceback where it fails."""
        text, error = self.finish(self.start(code))
        assert error is None, error
        return text

    def start(self, code: str) -> str:
        """Send the cell and return the id of its message, at once."""
        return str(self.client.execute(code))

    def finish(self, message: str, until: str | None = None) -> tuple[str, str | None]:
        """What the cell printed, and the name of its error; ends early when it has printed `until`."""
        text, error, end = "", None, time.monotonic() + SECONDS
        while until is None or until not in text:
            reply = self._next(end)
            if reply["parent_header"].get("msg_id") != message:
                continue
            content = reply["content"]
            match reply["msg_type"]:
                case "stream":
                    text += content["text"]
                case "error":
                    error = content["ename"]
                case "status" if content["execution_state"] == "idle":
                    break
        return text, error

    def _next(self, end: float) -> dict[str, Any]:
        try:
            self.heard.append(dict(self.client.get_iopub_msg(timeout=max(0.1, end - time.monotonic()))))
        except Empty:
            raise AssertionError(f"the kernel said nothing for {SECONDS:g} s") from None
        return self.heard[-1]

    def interrupt(self) -> None:
        """What the Interrupt button does."""
        self.manager.interrupt_kernel()

    def kill(self) -> None:
        """The end that no kernel can prepare for: at once, while `shutdown_kernel(now=True)` interrupts it first."""
        self.manager.signal_kernel(getattr(signal, "SIGKILL", signal.SIGTERM))
        self.manager.shutdown_kernel(now=True)

    def close(self) -> float:
        """Shut the kernel down as a front end does; the seconds that took."""
        start = time.monotonic()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel()
        self.client.stop_channels()
        return time.monotonic() - start


def _environment(folder: Path) -> dict[str, str]:
    here = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "IPYTHONDIR": str(folder / "ipython")}
