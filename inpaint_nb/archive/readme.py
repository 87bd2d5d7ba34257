"""What a person finds who opens an archive without us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from inpaint_nb.store import Entry

TEXT = """Runs of inpaint_nb
==================

{count}.

  import inpaint_nb as inp
  inp.unpack("this file.zip")      # puts them into the store, after checking every digest
  inp.history()                    # lists them; history()[id] is a result

With INPAINT_NB_MODE=replay a notebook that made these runs gives the same pictures again,
without a key and without a network.

What is in it
-------------

records.jsonl   one run a line, as JSON: what was asked, how it ended, events, ratings
pictures/       PNG files, each named by the digest of the picture in it
masks/          the masks as grey pictures, white where the picture was to be changed
manifest.json   the size and BLAKE2b digest (20 bytes) of every file
{more}
A result that differs from the picture it was made of only inside a box is kept as that box: in
its line "patch" names the picture to lay over "base" at "box" (left, top, right, bottom).

The digest of a picture is BLAKE2b (20 bytes) of the line "MODE WIDTH HEIGHT PROFILE-BYTES\\n",
the ICC profile and the raw pixels. Times are in seconds since 1970, UTC.

No keys are in this file. Prompts, parameters, opinions with their authors, and the names of the
files and addresses that pictures were opened from are, as they were written.
"""

ALSO = {
    "answers.jsonl": "answers.jsonl   what providers answered about accounts and prompts, one answer a line",
    "tree.svg": "tree.svg        what came from what, as a drawing; more trees are tree-2.svg and so on",
    "script.py": "script.py       Python that makes the results again; read it before you run it",
}


def readme(entries: Sequence[Entry], also: Sequence[str] = ()) -> str:
    """The text of README.txt; `also` are members that not every archive has."""
    more = "".join(f"{ALSO[name]}\n" for name in also if name in ALSO)
    return TEXT.format(count=_counted(entries), more=more)


def _counted(entries: Sequence[Entry]) -> str:
    days = [datetime.fromtimestamp(entry.job["created"], UTC).date() for entry in entries]
    runs = "1 run" if len(entries) == 1 else f"{len(entries):,} runs"
    when = f"on {min(days)}" if min(days) == max(days) else f"from {min(days)} to {max(days)}"
    return f"{runs}, {sum(entry.is_whole for entry in entries):,} with a result, asked for {when} (UTC)"
