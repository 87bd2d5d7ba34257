"""Open JupyterLab on the quickstart, in an environment of its own.

    python3 scripts/lab.py [options of `jupyter lab`, such as --no-browser]

It waits at the terminal until JupyterLab is closed with Ctrl+C.
"""

from __future__ import annotations

import os
import sys

from environment import call, ensure, say

NOTEBOOK = "notebooks/quickstart.ipynb"


def main(options: list[str]) -> int:
    """JupyterLab's exit code."""
    python = ensure(".venv", ["--group", "lab"])
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options = [*options, "--allow-root"]  # in a container; JupyterLab would refuse to start
    say(f"Opening {NOTEBOOK}; stop JupyterLab with Ctrl+C")
    surroundings = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}  # this environment's kernel, not the user's
    address = f"--LabApp.default_url=/lab/tree/{NOTEBOOK}"  # also in the address printed for --no-browser
    return call([python, "-m", "jupyterlab", address, *options], env=surroundings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
