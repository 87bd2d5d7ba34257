"""Kernels of every Python that is tested with: INPAINT_NB_TEST_KERNELS lists their executables, as PATH does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kernels import Kernel

PYTHONS = os.environ.get("INPAINT_NB_TEST_KERNELS", sys.executable).split(os.pathsep)


@pytest.fixture(params=PYTHONS, ids=lambda python: Path(python).parts[-3])
def start_kernel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Kernel]]:
    """Starts a kernel of each Python that is tested with; all of one test share a store."""
    kernels: list[Kernel] = []

    def start() -> Kernel:
        kernels.append(Kernel(request.param, tmp_path))
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.close()


@pytest.fixture
def kernel(start_kernel: Callable[[], Kernel]) -> Kernel:
    """One running kernel."""
    return start_kernel()
