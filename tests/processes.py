"""Processes of their own that do the same at once."""

from __future__ import annotations

import subprocess
import sys


def run_at_once(code: str, *names: str) -> None:
    """Runs the code in one process for each name, its only argument, and waits for them; fails where one of them does.

    The code waits for a line on its input: all get theirs when all were started.
    """
    several = [
        subprocess.Popen([sys.executable, "-c", code, name], stdin=subprocess.PIPE, text=True)
        for name in names
    ]
    for process in several:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in several:
        process.communicate(timeout=60)
        assert process.returncode == 0
