"""For every test of HTTP: no proxy of this machine, and a server to talk to."""

from __future__ import annotations

import pytest
from scripted import serving


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def peer():
    """A running server."""
    with serving() as running:
        yield running
