"""What the README shows is what happens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```(?:python|ipython)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_ALL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for block in json.loads(sys.stdin.read()):
    shell.run_cell(block, store_history=True).raise_error()
assert shell.user_ns["coffee"].result.report.changed_outside == 0
"""


def test_the_code_in_the_readme_runs(tmp_path):
    """Every block of Python in the README runs, in order, in a fresh process and an empty folder."""
    blocks = BLOCK.findall(README.read_text(encoding="utf-8"))
    assert len(blocks) == 6
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")}
    environment.pop("INPAINT_NB_STORE", None)
    run = subprocess.run(
        [sys.executable, "-c", RUN_ALL],
        input=json.dumps(blocks),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "coffee.png").exists()
    assert (tmp_path / "mask.png").exists()
    assert (tmp_path / ".inpaint").is_dir()


def test_the_readme_names_no_file_that_does_not_exist():
    """Links and pictures of the README lead to files of the repository."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text(encoding="utf-8"))
    missing = [link for link in links if not (README.parent / link).exists()]
    assert missing == []
