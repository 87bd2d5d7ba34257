"""The table of providers, for reading: as text, and as HTML in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from inpaint_nb.edit import Capabilities

COLUMNS = (
    "name",
    "needs key",
    "takes mask",
    "takes any picture",
    "makes pictures",
    "progress",
    "cancel",
    "count",
    "price",
    "note",
)


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider: its capabilities, or the error that stopped it from loading."""

    name: str
    capabilities: Capabilities | None
    error: str = ""

    def cells(self) -> tuple[str, ...]:
        """The row as text, one cell for each column."""
        able = self.capabilities
        if able is None:
            return (self.name, *[""] * (len(COLUMNS) - 2), f"cannot be loaded: {self.error}")
        answers = (
            able.needs_key,
            able.takes_mask,
            able.takes_any_picture,
            able.makes_pictures,
            able.reports_progress,
            able.cancels,
        )
        return (
            self.name,
            *("yes" if answer else "no" for answer in answers),
            str(able.max_count),
            able.price,
            able.note,
        )


class ProviderTable:
    """The providers there are, in rows."""

    def __init__(self, rows: Sequence[ProviderRow]) -> None:
        self._rows = tuple(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> ProviderRow:
        return self._rows[index]

    def __iter__(self) -> Iterator[ProviderRow]:
        return iter(self._rows)

    @property
    def names(self) -> list[str]:
        """The names that `provider=` takes."""
        return [row.name for row in self._rows]

    def __repr__(self) -> str:
        lines = [COLUMNS, *(row.cells() for row in self._rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        """The table for a notebook; IPython asks for it by this name."""
        head = "".join(f"<th>{escape(column)}</th>" for column in COLUMNS)
        body = "".join(f"<tr>{_cells(row)}</tr>" for row in self._rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: ProviderRow) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in row.cells())
