"""Inpainting in a notebook cell: paint a mask, prompt, run, and get PIL images back.

>>> import inpaint_nb as inp
>>> photo = inp.sample()
>>> mask = inp.Mask.ellipse(photo.size, (324, 228, 408, 330))
>>> job = inp.inpaint(photo, mask, seed=7)
>>> job.result(timeout=60).report.changed_outside
0
"""

from __future__ import annotations

from typing import Any

from inpaint_nb import jobs
from inpaint_nb.chain import Chain
from inpaint_nb.edit import Report, Result
from inpaint_nb.errors import (
    AuthError,
    InpaintError,
    InputError,
    JobCancelled,
    JobError,
    JobFailed,
    JobTimeout,
    Moderated,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    QuotaError,
    RateLimited,
    SettingsError,
    StoreError,
)
from inpaint_nb.history import history
from inpaint_nb.images import sample
from inpaint_nb.jobs import Job, account, check_prompt, provider_history, resume, submit
from inpaint_nb.masks import Mask
from inpaint_nb.providers import available_providers, provider, register_provider
from inpaint_nb.providers.provider import Provider
from inpaint_nb.session import Session
from inpaint_nb.sources import open_picture
from inpaint_nb.wording import expand

__version__ = "0.1.0"

__all__ = [
    "AuthError",
    "Chain",
    "InpaintError",
    "InputError",
    "Job",
    "JobCancelled",
    "JobError",
    "JobFailed",
    "JobTimeout",
    "Mask",
    "Moderated",
    "OutcomeUnknown",
    "Provider",
    "ProviderError",
    "ProviderUnavailable",
    "QuotaError",
    "RateLimited",
    "Report",
    "Result",
    "Session",
    "SettingsError",
    "StoreError",
    "__version__",
    "account",
    "available_providers",
    "check_prompt",
    "expand",
    "fetch",
    "history",
    "imagine",
    "inpaint",
    "load_ipython_extension",
    "open",
    "provider",
    "provider_history",
    "register_provider",
    "resume",
    "sample",
    "unload_ipython_extension",
]


def open(
    source: object,
    *,
    mask: Mask | None = None,
    prompt: str = "",
    provider: object = None,
    spending_limit: float | None = None,
    **params: object,
) -> Session:
    """A session on `source`; in a notebook its editor is shown in the running cell.

    `source` is a path, URL, bytes, file object, PIL image, numpy array, `Result`, or `"PROVIDER:ID"` for a picture that
    lives at a provider: that one is fetched first, and edited there unless `provider` says otherwise. `params` are
    defaults for every run: `count`, `seed`, `feather_px`, `feather` and the provider's own. `spending_limit`, in the
    provider's unit, refuses a run before it is sent. Raises InputError for what is no picture and for a mask of
    another size, SettingsError for an unknown provider.
    """
    picture = open_picture(source, provider)
    session = Session(
        picture.image,
        mask=mask,
        prompt=prompt,
        provider=picture.keeper if provider is None else provider,
        source=picture.source,
        remote=picture.remote,
        params=params,
        spending_limit=spending_limit,
    )
    _show(session)
    return session


def _show(session: Session) -> None:
    """Gives the session its view when IPython is running; a plain script needs none and imports none."""
    import sys

    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from inpaint_nb.notebook.show import View

        session.viewer = View(session)
        session.viewer()


def inpaint(
    source: object,
    mask: Mask,
    prompt: str = "",
    *,
    provider: object = None,
    count: int = 1,
    seed: int | None = None,
    **params: object,
) -> Job:
    """A job that changes `source` where `mask` says so; it runs in the background at once.

    `feather_px` and `feather` ("inside" or "ring") soften the edge; other `params` are the provider's own, in
    its spelling. Raises InputError or SettingsError before anything is sent.
    """
    picture = open_picture(source, provider)
    return submit(
        picture.image,
        mask,
        prompt,
        provider=picture.keeper if provider is None else provider,
        count=count,
        seed=seed,
        source=picture.source,
        remote=picture.remote,
        **params,  # type: ignore[arg-type] # checked by submit
    )


def imagine(prompt: str, *, provider: object = None, **params: object) -> Job:
    """A job that makes a first picture from a prompt; it runs in the background at once.

    `params` are the provider's own, in its spelling. Raises InputError where the provider makes no pictures, and
    names those that do.
    """
    return jobs.imagine(prompt, provider=provider, **params)  # type: ignore[arg-type] # checked there


def fetch(remote_id: str, *, provider: object) -> Job:
    """A job that brings what the provider's job `remote_id` made, without running it again; it costs nothing.

    Raises InputError where the provider keeps no pictures.
    """
    return jobs.fetch(remote_id, provider=provider)


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext inpaint_nb` calls: registers `%inpaint`, `%%inpaint` and `%imagine`."""
    from inpaint_nb.notebook import magic

    magic.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext inpaint_nb` calls: takes the magics and every panel away again."""
    from inpaint_nb.notebook import magic

    magic.unload(shell)
