"""`inp.sweep`: a sweep is made, shown, and only then started."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

from inpaint_nb.edit import FeatherSide
from inpaint_nb.masks import Mask
from inpaint_nb.sources import open_picture
from inpaint_nb.sweep.preparation import keeper_among, prepare
from inpaint_nb.sweep.sweep import Sweep


class Announcement:
    """How a sweep is shown before anything is sent: by `show`, which says whether it could, else on stderr."""

    def __init__(self) -> None:
        self.show: Callable[[Sweep], bool] = lambda prepared: False

    def made(self, prepared: Sweep) -> None:
        """Shows the sweep, which has not started yet."""
        if not self.show(prepared):
            sys.stderr.write(f"{prepared.summary}\n")


ANNOUNCEMENT = Announcement()


def sweep(
    source: object,
    masks: Mask | Sequence[Mask] | Mapping[str, Mask] | None = None,
    prompts: str | Sequence[str] = "",
    providers: object = None,
    *,
    seeds: Sequence[int] | int | None = None,
    count: int | None = None,
    params: Mapping[str, Sequence[object]] | None = None,
    budget: float | None = None,
    concurrency: int | None = None,
    executor: Executor | None = None,
    mode: str | None = None,
    fresh: bool = False,
    feather_px: float = 0,
    feather: FeatherSide = "inside",
) -> Sweep:
    """Every combination of the masks, prompts, providers, seeds and parameters, each a job, shown as one grid.

    Each of them is one value or several; masks may have names. Prompts are taken as they stand: `expand` makes lists
    of them. `providers` are names or configured ones, `seeds` are yours or `count` repeats each request so often, and
    `params` has a list of values for each name.

    All of it is checked first, and how many runs it is and what they cost is shown before anything is sent. Over the
    `budget`, in the provider's unit, nothing is sent. A cell whose request the store has an answer to is not sent
    again, unless `fresh`: interrupted, or run again, the same sweep goes on where it was. At most `concurrency` cells
    are at their providers at a time. An `executor` (a process pool, Dask's, Ray's) runs providers that compute
    elsewhere.

    Raises InputError or SettingsError before anything is sent.
    """
    prepared = prepare(
        open_picture(source, keeper_among(source, providers), mode),
        masks=masks,
        prompts=prompts,
        providers=providers,
        seeds=seeds,
        count=count,
        params=params,
        budget=budget,
        concurrency=concurrency,
        executor=executor,
        mode=mode,
        fresh=fresh,
        feather_px=feather_px,
        feather=feather,
    )
    ANNOUNCEMENT.made(prepared)
    prepared.start()
    return prepared
