"""A line to JupyterLab that can go deaf and be cut, as a bad network does."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Line:
    """Passes every connection on to `target_port`. `port` is where to call; threads of its own do the work."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._all: list[socket.socket] = [self._listener]
        self._is_deaf = self._is_cut = False

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        for end in self._all:
            end.close()

    def go_deaf(self) -> None:
        """What the page says is lost from now on, and nobody notices."""
        self._is_deaf = True

    def cut(self) -> None:
        """Ends all connections; nobody gets through until `mend`."""
        self._is_cut = True
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        """All is well again, for whoever calls anew."""
        self._is_deaf = self._is_cut = False

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                self._connect(self._listener.accept()[0])

    def _connect(self, near: socket.socket) -> None:
        if self._is_cut:
            near.close()
            return
        far = socket.create_connection(("127.0.0.1", self._target_port))
        self._open += [near, far]
        self._all += [near, far]
        self._begin(lambda: self._pass_on(near, far, is_ours=True))
        self._begin(lambda: self._pass_on(far, near, is_ours=False))

    def _pass_on(self, source: socket.socket, sink: socket.socket, is_ours: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if not (is_ours and self._is_deaf):
                    sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _begin(work: object) -> None:
        threading.Thread(target=work, daemon=True).start()  # type: ignore[arg-type]
