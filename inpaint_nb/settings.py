"""What the environment says: the store's folder and the provider to use."""

from __future__ import annotations

import os
from pathlib import Path

DEFAULT_PROVIDER = "local"


def default_provider() -> str:
    """The provider's name where a call names none: INPAINT_NB_PROVIDER, else "local"."""
    return os.environ.get("INPAINT_NB_PROVIDER") or DEFAULT_PROVIDER


def store_folder() -> Path:
    """The store's absolute folder: INPAINT_NB_STORE, else `.inpaint` in the working folder of this moment."""
    return Path(os.environ.get("INPAINT_NB_STORE") or ".inpaint").expanduser().absolute()
