"""Run all tests in an environment of their own: those without a browser, then JupyterLab in a real one.

    python3 scripts/test.py [options and paths for pytest, such as tests/masks]

Browser tests run in a process of their own, because Playwright's synchronous interface keeps an event loop
running. Without a browser this fails; it never skips.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from environment import BROWSER_VARIABLE, ROOT, call, ensure, say, working_browser

KERNELS_VARIABLE = "INPAINT_NB_TEST_KERNELS"
OLDER_KERNEL = "ipykernel==6.31.*"  # the last of its line; pip gives the current one to the main environment
NOTHING_COLLECTED = 5  # pytest's exit code


def main(options: list[str]) -> int:
    """0 when everything passed."""
    python = ensure(".venv-test", ["--group", "dev"])
    pytest = [str(python), "-m", "pytest", *options]
    if given := [option for option in options if option.startswith("-m")]:
        say(f"One pytest process, as {given[0]} chooses the tests")
        return call(pytest, env=_surroundings(python))
    parts = _parts(pytest, _surroundings(python), python, bool(options))
    return _summary(parts)


def _surroundings(python: Path) -> dict[str, str]:
    older = ensure(".venv-test-ipykernel6", [OLDER_KERNEL])
    return {**os.environ, KERNELS_VARIABLE: os.pathsep.join([str(python), str(older)])}


def _parts(pytest: list[str], surroundings: dict[str, str], python: Path, chosen: bool) -> dict[str, int]:
    in_browser = [*pytest, "-m", "browser"]
    wants_browser = not chosen or _collects(in_browser, surroundings)
    if wants_browser:
        surroundings[BROWSER_VARIABLE] = str(working_browser(python))
    parts = {"Tests without a browser": call([*pytest, "-m", "not browser"], env=surroundings)}
    if wants_browser:
        name = f"Tests in JupyterLab in {surroundings[BROWSER_VARIABLE]}"
        parts[name] = call(in_browser, env=surroundings)
    if chosen and len(parts) == 2:
        parts = {name: status for name, status in parts.items() if status != NOTHING_COLLECTED}
    return parts


def _collects(pytest: list[str], surroundings: dict[str, str]) -> bool:
    command = [*pytest, "--collect-only", "--quiet"]
    answer = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, check=False)
    return answer.returncode != NOTHING_COLLECTED


def _summary(parts: dict[str, int]) -> int:
    print()
    for name, status in parts.items():
        say(f"{name}: {'passed' if status == 0 else f'FAILED (exit code {status})'}")
    return max(parts.values(), key=abs, default=NOTHING_COLLECTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
