"""A TCP proxy that adds a round trip: every byte is passed on half of it later, HTTP and websockets alike.

    python benchmarks/proxy.py TARGET_PORT ROUND_TRIP_MS

It prints the port it listens on.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator

CHUNK_BYTES = 1 << 16


@contextlib.contextmanager
def delayed(target_port: int, round_trip_ms: float) -> Iterator[int]:
    """The port of a proxy to `target_port`, in a process of its own."""
    command = [sys.executable, __file__, str(target_port), str(round_trip_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def serve(target_port: int, one_way_seconds: float) -> None:
    """Pass connections on until the process ends."""

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target_port)
        ways = ((reader, far_writer), (far_reader, writer))
        for _, end in ways:
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(*(_pass_on(*way, one_way_seconds) for way in ways), return_exceptions=True)

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def receive() -> None:
        data = b"-"
        while data:
            try:
                data = await reader.read(CHUNK_BYTES)
            except ConnectionError:
                data = b""
            waiting.put_nowait((loop.time() + seconds, data))

    receiving = asyncio.create_task(receive())
    while True:
        due, data = await waiting.get()
        await asyncio.sleep(max(0.0, due - loop.time()))
        if not data:
            break
        writer.write(data)
        await writer.drain()
    await receiving
    writer.close()


if __name__ == "__main__":
    target_, round_trip_ = sys.argv[1:]
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(target_), float(round_trip_) / 2000))
