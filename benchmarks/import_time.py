"""What `import inpaint_nb` and `%load_ext inpaint_nb` cost, beside importing what every such package needs.

    python benchmarks/import_time.py

Each measurement is a fresh Python; the two alternate, so that a busy machine slows both. IPython's shell is made on
both sides before the clock starts.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 7
LIMIT = 1.25
LATER = ("httpx", "anywidget", "patchmatch")  # only when first needed

COMMON = """
import sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
start = time.perf_counter()
{work}
print(time.perf_counter() - start)
print(*sorted({{name.split('.')[0] for name in sys.modules}}))
"""
OURS = "import inpaint_nb\nshell.run_line_magic('load_ext', 'inpaint_nb')"
PEER = "import ipywidgets, ipycanvas, PIL.Image"


def seconds(work: str) -> tuple[float, set[str]]:
    """How long `work` takes in a fresh Python, and the top-level modules loaded after it."""
    command = [sys.executable, "-c", COMMON.format(work=work)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return float(answer[-2]), set(answer[-1].split())


def main() -> None:
    """Measure, compare, print."""
    for work in (OURS, PEER):
        seconds(work)  # compiled files and the disk's cache
    pairs = [(seconds(OURS), seconds(PEER)) for _ in range(ROUNDS)]
    ours = statistics.median(mine for (mine, _), _ in pairs)
    peer = statistics.median(theirs for _, (theirs, _) in pairs)
    early = [name for name in LATER if name in pairs[0][0][1]]
    print(f"import inpaint_nb and %load_ext:       {ours * 1000:6.0f} ms, median of {ROUNDS}")
    print(f"import ipywidgets, ipycanvas and PIL:  {peer * 1000:6.0f} ms, median of {ROUNDS}")
    print(
        f"target  ratio ≤ {LIMIT}   measured {ours / peer:.2f}   {'ok' if ours <= LIMIT * peer else 'MISSED'}"
    )
    verdict = "MISSED: " + ", ".join(early) if early else "ok"
    print(f"target  {', '.join(LATER)} only when first needed   {verdict}")


if __name__ == "__main__":
    main()
