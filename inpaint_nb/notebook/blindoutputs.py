"""What stays of a blind trial in a saved notebook: how far it is, and once it is revealed what was behind it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import suppress
from html import escape

from PIL import Image, ImageDraw, ImageFont

from inpaint_nb.errors import InpaintError
from inpaint_nb.history import Run
from inpaint_nb.history.page import stars_html
from inpaint_nb.notebook import sheet
from inpaint_nb.notebook.handles import Bundle, Handles, State
from inpaint_nb.trial import Answer, Trial, progress_words

SHOWN = 24  # pictures and lines of the table
COLUMNS = 6
TILE_PX = 160
LABEL_PX = 22

NOT_YET: Bundle = {"text/plain": "Pictures follow when they are revealed.", "text/html": ""}


class BlindOutputs(Handles):
    """The static outputs of one trial."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self._trial = trial
        self._drawn = NOT_YET

    def _state(self) -> State:
        return ((self._trial.answered, self._trial.is_revealed),)

    def _picture_bundle(self) -> Bundle:
        if self._trial.is_revealed and self._drawn is NOT_YET and not self._trial.is_paired:
            drawn = contact_sheet(self._trial)
            if drawn is not None:
                encoded = base64.b64encode(sheet.jpeg(drawn)).decode("ascii")
                self._drawn = {"image/jpeg": encoded, "text/plain": "<pictures of the blind rating>"}
        return self._drawn

    def _metadata(self) -> dict[str, object]:
        return {"image/jpeg": {"alt": "The pictures that were rated, the best first, by number"}}

    def _words_bundle(self) -> Bundle:
        said = f"Blind rating by {self._trial.who}: {progress_words(self._trial)}."
        if not self._trial.is_revealed:
            return {"text/plain": said, "text/html": f"<p>{escape(said)}</p>"}
        table = self._trial.reveal()
        return {
            "text/plain": f"{said}\n{table!r}",
            "text/html": f"<p>{escape(said)}</p>\n{table._repr_html_()}\n{listed(self._trial)}",
        }


def ranked(trial: Trial) -> list[int]:
    """The questions, the best pictures first."""
    answers = trial.answers
    return sorted(range(len(trial)), key=lambda number: (-(answers[number].stars or 0), number))


def listed(trial: Trial) -> str:
    """What was behind each number, as a table."""
    lines, behind, answers = ranked(trial)[:SHOWN], trial.behind(), trial.answers
    rows = "\n".join(_row(number, behind[number], answers[number]) for number in lines)
    heads = "".join(
        f'<th scope="col" style="text-align:left">{head}</th>'
        for head in ("Number", "Prompt", "Provider", "Said")
    )
    more = f"<p>{len(trial) - len(lines)} more.</p>" if len(trial) > len(lines) else ""
    return f"<table><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>{more}"


def _row(number: int, runs: Sequence[Run], answer: Answer) -> str:
    prompts = "<br>".join(_worded(run.prompt, side, answer) for side, run in enumerate(runs))
    providers = "<br>".join(escape(run.provider) for run in runs)
    said = answer.preference or stars_html(answer.stars, answer.starred, answer.rejected)
    cells = (str(number + 1), prompts, providers, said)
    return "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>"


def _worded(prompt: str, side: int, answer: Answer) -> str:
    """The prompt; that of the better one of a pair in bold."""
    words = escape(prompt or "no prompt").replace("\n", " ")
    return f"<strong>{words}</strong>" if answer.preference == ("left", "right")[side] else words


def contact_sheet(trial: Trial) -> Image.Image | None:
    """The best pictures in rows, each below its number; None where all are gone."""
    tiles = []
    for number in ranked(trial)[:SHOWN]:
        with suppress(InpaintError):  # a picture that is gone is not shown
            tiles.append(_numbered(trial.images(number)[0], number + 1))
    rows = [sheet.joined(tiles[start : start + COLUMNS]) for start in range(0, len(tiles), COLUMNS)]
    return sheet.joined(rows, downwards=True) if rows else None


def _numbered(image: Image.Image, number: int) -> Image.Image:
    small = sheet.tile(image, TILE_PX)
    paper = Image.new("RGB", (TILE_PX, small.height + LABEL_PX), sheet.PAPER)
    font = ImageFont.load_default(LABEL_PX - 6)
    ImageDraw.Draw(paper).text((2, 2), str(number), fill=(0, 0, 0), font=font)
    paper.paste(small, (0, LABEL_PX))
    return paper
