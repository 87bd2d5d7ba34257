"""Serve until Ctrl+C: `python -m inpaint_nb.simulator`."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from inpaint_nb.simulator.flavours import FLAVOURS
from inpaint_nb.simulator.server import KEY, Simulator
from inpaint_nb.simulator.trouble import manual


def main(arguments: Sequence[str] | None = None) -> None:
    """Start a simulator, say how to point inpaint_nb at it, and serve."""
    asked = _parser().parse_args(arguments)
    simulator = Simulator(
        asked.speed, rate_limits=asked.rate_limits, credits=asked.credits, key=asked.key,
        seconds_per_job=asked.seconds_per_job, flavour=asked.flavour, tile=asked.tile, port=asked.port,
    )  # fmt: skip
    with simulator, suppress(KeyboardInterrupt):
        lines = (f"export {name}={value}" for name, value in simulator.environment.items())
        sys.stdout.write(
            "\n".join([*lines, "# Serving until Ctrl+C. Pictures: " + simulator.pictures_url, ""])
        )
        sys.stdout.flush()
        threading.Event().wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m inpaint_nb.simulator",
        description="ImaginePro and LotImage on this machine, without credits.",
        epilog="Troubles to put into a prompt, or into the header X-Simulate:\n\n" + manual(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="the API's port; a free one unless given")
    parser.add_argument("--speed", type=float, default=10.0, help="times faster than real time (10)")
    parser.add_argument(
        "--seconds-per-job", type=float, default=60.0, help="simulated seconds a job takes (60)"
    )
    parser.add_argument("--rate-limits", action="store_true", help="enforce the documented limits")
    parser.add_argument("--credits", type=int, default=1000, help="what the account starts with (1000)")
    parser.add_argument("--key", default=KEY, help=f"the key it knows ({KEY})")
    parser.add_argument("--tile", type=int, default=256, help="pixels a side of a grid's tile (256)")
    parser.add_argument("--flavour", choices=FLAVOURS, default="documented", help="how replies look")
    return parser


if __name__ == "__main__":
    main()
