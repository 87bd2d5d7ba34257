"""Lint, format, types and import contracts: the same lines for people and for continuous integration.

    python3 scripts/check.py

To repair what a machine can: .venv-test/bin/ruff check --fix && .venv-test/bin/ruff format
"""

from __future__ import annotations

import sys

from environment import call, ensure, say


def main() -> int:
    """0 when every check passed."""
    python = ensure(".venv-test", ["--group", "dev"])
    checks = {
        "ruff check": [python, "-m", "ruff", "check"],
        "ruff format": [python, "-m", "ruff", "format", "--check"],
        "mypy": [python, "-m", "mypy"],
        "import contracts": [python, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
    }
    failed = [name for name, command in checks.items() if _fails(name, command)]
    say(f"FAILED: {', '.join(failed)}" if failed else "All checks passed")
    return 1 if failed else 0


def _fails(name: str, command: list[object]) -> bool:
    say(name)
    return call(list(map(str, command))) != 0


if __name__ == "__main__":
    sys.exit(main())
