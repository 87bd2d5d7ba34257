"""Inpainting in a notebook cell: paint a mask, prompt, run, and get PIL images back.

>>> import inpaint_nb as inp
>>> photo = inp.sample()
>>> mask = inp.Mask.ellipse(photo.size, (324, 228, 408, 330))
>>> job = inp.inpaint(photo, mask, seed=7)
>>> job.result(timeout=60).report.changed_outside
0
"""

from __future__ import annotations

import sys
from typing import Any

from inpaint_nb import jobs
from inpaint_nb import trial as trials
from inpaint_nb.archive import Cleaning, Script, clean, pack, script, unpack
from inpaint_nb.chain import Chain
from inpaint_nb.edit import Rating, Report, Result
from inpaint_nb.errors import (
    AuthError,
    InpaintError,
    InputError,
    JobCancelled,
    JobError,
    JobFailed,
    JobTimeout,
    Moderated,
    NotRecorded,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    QuotaError,
    RateLimited,
    SettingsError,
    StoreError,
)
from inpaint_nb.history import history, rate, ratings
from inpaint_nb.images import sample
from inpaint_nb.jobs import Job, account, check_prompt, provider_history, resume, submit
from inpaint_nb.lineage import Comparison, Diff, Tree, compare, diff, tree
from inpaint_nb.masks import Mask, available_selectors, register_selector
from inpaint_nb.providers import available_providers, provider, register_provider
from inpaint_nb.providers.provider import Provider
from inpaint_nb.session import Session
from inpaint_nb.settings import mode, use_mode
from inpaint_nb.sources import open_picture, picture
from inpaint_nb.sweep import Sweep, announcement, sweep
from inpaint_nb.trial import Trial
from inpaint_nb.wording import expand

__version__ = "0.1.0"

__all__ = [
    "AuthError",
    "Chain",
    "Cleaning",
    "Comparison",
    "Diff",
    "InpaintError",
    "InputError",
    "Job",
    "JobCancelled",
    "JobError",
    "JobFailed",
    "JobTimeout",
    "Mask",
    "Moderated",
    "NotRecorded",
    "OutcomeUnknown",
    "Provider",
    "ProviderError",
    "ProviderUnavailable",
    "QuotaError",
    "RateLimited",
    "Rating",
    "Report",
    "Result",
    "Script",
    "Session",
    "SettingsError",
    "StoreError",
    "Sweep",
    "Tree",
    "Trial",
    "__version__",
    "account",
    "available_providers",
    "available_selectors",
    "blind",
    "check_prompt",
    "clean",
    "compare",
    "diff",
    "expand",
    "fetch",
    "history",
    "imagine",
    "inpaint",
    "load_ipython_extension",
    "mode",
    "open",
    "pack",
    "picture",
    "provider",
    "provider_history",
    "rate",
    "ratings",
    "register_provider",
    "register_selector",
    "resume",
    "sample",
    "script",
    "sweep",
    "tree",
    "unload_ipython_extension",
    "unpack",
    "use_mode",
]


def open(
    source: object,
    *,
    mask: Mask | None = None,
    prompt: str = "",
    provider: object = None,
    spending_limit: float | None = None,
    mode: str | None = None,
    **params: object,
) -> Session:
    """A session on `source`; in a notebook its editor is shown in the running cell.

    `source` is a path, URL, bytes, file object, PIL image, numpy array, `Result`, or `"PROVIDER:ID"` for a picture that
    lives at a provider: that one is fetched first, and edited there unless `provider` says otherwise. `params` are
    defaults for every run: `count`, `seed`, `feather_px`, `feather` and the provider's own. `spending_limit`, in the
    provider's unit, refuses a run before it is sent. `mode` is that of its runs, but for those that are clicked.
    A file that `Result.save` wrote brings its mask, prompt, provider and parameters along, where no others are given;
    `session.notes` says what was found, and what of it could not be used.
    Raises InputError for what is no picture and for a mask of another size, SettingsError for an unknown provider.
    """
    picture = open_picture(source, provider, mode)
    session = Session.begun(
        source,
        picture,
        mask=mask,
        prompt=prompt,
        provider=provider,
        params=params,
        spending_limit=spending_limit,
        mode=mode,
    )
    _show(session)
    return session


def _show(session: Session) -> None:
    """Gives the session its view when IPython is running; a plain script needs none and imports none."""
    if _shell() is not None:
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
    repeat: int | None = None,
    mode: str | None = None,
    **params: object,
) -> Job:
    """A job that changes `source` where `mask` says so; it runs in the background at once.

    `feather_px` and `feather` ("inside" or "ring") soften the edge; other `params` are the provider's own, in
    its spelling. `mode` is "live", "cached" (an equal request is answered from the store) or "replay" (nothing is ever
    sent), and `repeat` says which of several equal requests this is; without it they are counted. Raises InputError or
    SettingsError before anything is sent.
    """
    picture = open_picture(source, provider, mode)
    return submit(
        picture.image,
        mask,
        prompt,
        provider=picture.keeper if provider is None else provider,
        count=count,
        seed=seed,
        source=picture.source,
        remote=picture.remote,
        repeat=repeat,
        mode=mode,
        **params,  # type: ignore[arg-type] # checked by submit
    )


def imagine(
    prompt: str,
    *,
    provider: object = None,
    repeat: int | None = None,
    mode: str | None = None,
    **params: object,
) -> Job:
    """A job that makes a first picture from a prompt; it runs in the background at once.

    `params` are the provider's own, in its spelling; `repeat` and `mode` are those of `inpaint`. Raises InputError
    where the provider makes no pictures, and names those that do.
    """
    return jobs.imagine(prompt, provider=provider, repeat=repeat, mode=mode, **params)  # type: ignore[arg-type] # checked there


def fetch(remote_id: str, *, provider: object, repeat: int | None = None, mode: str | None = None) -> Job:
    """A job that brings what the provider's job `remote_id` made, without running it again; it costs nothing.

    `repeat` and `mode` are those of `inpaint`. Raises InputError where the provider keeps no pictures.
    """
    return jobs.fetch(remote_id, provider=provider, repeat=repeat, mode=mode)


def _show_sweep(prepared: Sweep) -> bool:
    """Gives the sweep its view when IPython is running, and says whether it did."""
    if _shell() is None:
        return False
    from inpaint_nb.notebook.sweepcell import SweepView

    prepared.viewer = SweepView(prepared)
    prepared.viewer()
    return True


announcement.ANNOUNCEMENT.show = _show_sweep


def blind(
    pictures: object, *, pairs: bool | int = False, seed: int | None = None, who: str | None = None
) -> Trial:
    """Rates `pictures` without a word of what made them: results, a history, a sweep, a session, or several of them.

    In a notebook they are shown in the running cell, shuffled; keys rate and go on. `pairs` shows two at a time, each
    picture with six others, or with so many. The order is the person's own unless `seed` gives the same to everyone.
    What is rated is on disk at once, and the same call goes on where it stopped; `reveal()` shows what was behind.
    `who` is the environment's user unless given, or INPAINT_NB_RATER. Raises InputError where there is nothing to rate.
    """
    trial = trials.begin(pictures, pairs=pairs, seed=seed, who=who)
    if _shell() is not None:
        from inpaint_nb.notebook.blindpanel import BlindView

        trial.viewer = BlindView(trial)
        trial.viewer()
    return trial


def _cell() -> jobs.Place | None:
    """The notebook cell that runs; asked whenever a request is counted."""
    if (shell := _shell()) is None:
        return None
    from inpaint_nb.notebook.cells import place_of

    return place_of(shell)


jobs.REPEATS.place = _cell


def _shell() -> Any:
    """IPython's shell where it runs us; IPython is not imported to find out."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _show_result(result: Result) -> None:
    from inpaint_nb.notebook.display import show_result

    show_result(result)


if (running := _shell()) is not None:  # a result that a cell names is shown as such, extension or not
    running.display_formatter.ipython_display_formatter.for_type(Result, _show_result)
del running


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext inpaint_nb` calls: registers `%inpaint`, `%%inpaint` and `%imagine`."""
    from inpaint_nb.notebook import magic

    magic.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext inpaint_nb` calls: takes the magics and every panel away again."""
    from inpaint_nb.notebook import magic

    magic.unload(shell)
