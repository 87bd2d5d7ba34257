"""One thread per store that writes; what waits together is committed together."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from inpaint_nb.errors import StoreError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
_Waiting = tuple[Work[Any], Future[Any]]  # Any: each piece of work has an answer of its own type


class _Replaced(Exception):
    """The connection is to a file that is the right one no more."""


class Writer:
    """Runs work on the store's one writing connection, in the order it was handed in, from any thread.

    The thread starts with the first work and is a daemon: it never delays the interpreter's exit. After a
    fork the child gets a thread and a connection of its own.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        explain: Callable[[Exception], StoreError],
        is_current: Callable[[], bool] = lambda: True,
        mend: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        """`is_current` says, inside a transaction, whether the connection is still to the right file; `mend` whether
        another connection may do what ended in the error."""
        self._connect = connect
        self._explain = explain
        self._is_current = is_current
        self._mend = mend
        self._lock = threading.Lock()
        self._pid = 0
        self._thread: threading.Thread | None = None
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()

    def write(self, work: Work[T]) -> Future[T]:
        """The answer of `work(connection)` once it is committed; StoreError where that was not possible."""
        future: Future[T] = Future()
        self._running_queue().put((work, future))
        return future

    def close(self) -> None:
        """Finish what waits, close the connection and end the thread; the next work starts them again."""
        with self._lock:
            thread, self._thread = self._thread, None
            mine = thread is not None and self._pid == os.getpid()
            self._queue.put(None)
        if thread is not None and mine:
            thread.join()

    def _running_queue(self) -> SimpleQueue[_Waiting | None]:
        with self._lock:
            if self._thread is None or self._pid != os.getpid():
                self._pid, self._queue = os.getpid(), SimpleQueue()
                self._thread = threading.Thread(
                    target=self._serve, args=(self._queue,), name="inpaint-nb-store", daemon=True
                )
                self._thread.start()
            return self._queue

    def _serve(self, queue: SimpleQueue[_Waiting | None]) -> None:
        connection: sqlite3.Connection | None = None
        while (batch := _next_batch(queue)) is not None:
            connection = self._commit(connection, batch)
        if connection is not None:
            connection.close()

    def _commit(
        self, connection: sqlite3.Connection | None, batch: list[_Waiting]
    ) -> sqlite3.Connection | None:
        try:
            connection = connection or self._connect()
            answers = _in_one_transaction(connection, [self._check, *(work for work, _ in batch)])[1:]
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not end the thread
            if isinstance(error, _Replaced) or self._mend(error):
                return self._commit_anew(connection, batch)
            return self._commit_apart(connection, batch, error)
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        if not self._is_current():
            raise _Replaced

    def _commit_anew(
        self, connection: sqlite3.Connection | None, batch: list[_Waiting]
    ) -> sqlite3.Connection | None:
        """After the file was replaced, by this process or another: on a connection to the new one."""
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()
        return self._commit(None, batch)

    def _commit_apart(
        self, connection: sqlite3.Connection | None, batch: list[_Waiting], error: Exception
    ) -> sqlite3.Connection | None:
        """After a batch failed: each work on its own, so that one bad row costs no other job its record."""
        if len(batch) == 1 or connection is None:
            for _, future in batch:
                future.set_exception(self._explain(error))
            return connection
        for waiting in batch:
            self._commit(connection, [waiting])
        return connection


def _next_batch(queue: SimpleQueue[_Waiting | None]) -> list[_Waiting] | None:
    """Everything that waits, after waiting for the first; None when the writer should end."""
    first = queue.get()
    if first is None:
        return None
    batch = [first]
    with suppress(Empty):
        while (more := queue.get_nowait()) is not None:
            batch.append(more)
        queue.put(None)
    return batch


def _in_one_transaction(connection: sqlite3.Connection, works: list[Work[Any]]) -> list[Any]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        answers = [work(connection) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return answers
