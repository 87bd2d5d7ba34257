"""Keys that do not show themselves, and foreign texts made harmless."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_nb.secret import LONGEST_TEXT, REMOVED, Secret, scrub, without_keys

KEY = "0123456789-plain-looking-key"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MSwiZW1haWwiOiJhQGIuYyJ9.c2lnbmF0dXJl-_x"


def test_a_secret_shows_itself_nowhere(caplog):
    """repr, str, format, %-format and logging show a mask; the key comes from `reveal` alone."""
    secret = Secret(KEY)
    logging.getLogger("test").warning("%s %r", secret, secret)
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!s:>40}".strip(),
        "{}".format(secret),  # noqa: UP032
        caplog.text,
    ):
        assert KEY not in shown
    assert secret.reveal() == KEY


def test_a_secret_leaves_in_no_other_form():
    """It has no dictionary, is no JSON and is not pickled; inside a dataclass it stays what it is."""

    @dataclass
    class Holder:
        key: Secret

    secret = Secret(KEY)
    with pytest.raises(TypeError):
        vars(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(secret, protocol)
    assert copy.copy(secret) is copy.deepcopy(secret) is asdict(Holder(secret))["key"] is secret


def test_equal_keys_are_equal_secrets():
    """Secrets compare and hash by key, so that what belongs to a key is found again."""
    assert Secret(KEY) == Secret(KEY) != Secret("another-key")
    assert {Secret(KEY): 1}[Secret(KEY)] == 1
    assert Secret(KEY) != KEY
    assert not Secret("")


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("Incorrect key sk-abc123XYZ456.", f"Incorrect key {REMOVED}."),
        ("Incorrect key: sk-proj-a1b2c3_d4e5f6", f"Incorrect key: {REMOVED}"),
        ("key sk-ab12****wxyz is wrong", f"key {REMOVED} is wrong"),
        (f"token {JWT} expired", f"token {REMOVED} expired"),
        (f"({JWT[:60]})", f"({REMOVED})"),
        ("Authorization: Bearer abc123def456ghi", f"Authorization: {REMOVED}"),
        ("https://a.example/x.png?token=abc123&w=1", f"https://a.example/x.png?token={REMOVED}&w=1"),
        ("see https://a.example/?api_key=a1&x=2", f"see https://a.example/?api_key={REMOVED}&x=2"),
        ("Bearer token is missing", "Bearer token is missing"),
        ("the task-progress of ask-me-anything", "the task-progress of ask-me-anything"),
        ("eyJust a word", "eyJust a word"),
        ("Prompt is required.", "Prompt is required."),
    ],
)
def test_what_looks_like_a_key_is_taken_out(text, scrubbed):
    """`sk-…`, JWTs, bearers and keys in queries go; ordinary words stay."""
    assert scrub(text) == without_keys(text) == scrubbed


def test_the_keys_in_use_are_taken_out():
    """A key that this process holds is taken out whatever it looks like; one that nobody holds is just text."""
    secret = Secret(KEY)
    assert scrub(f"the key {secret.reveal()}!") == f"the key {REMOVED}!"
    del secret
    assert scrub(f"the key {KEY}!") == f"the key {KEY}!"


def test_short_secrets_do_not_eat_texts():
    """A key of a few letters, as for a test server, is not looked for in texts."""
    secret = Secret("a")
    assert scrub("a banana") == "a banana"
    assert secret.reveal() == "a"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\n\tlines \r\n", "two lines"),
        ("\x1b[31mred\x1b[0m\x00", "[31mred [0m"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("half \ud83d", "half \ufffd"),
        ("👩\u200d🎨 ⬅\ufe0f", "👩\u200d🎨 ⬅\ufe0f"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        (None, "None"),
        (["a", 1], "['a', 1]"),
    ],
)
def test_a_foreign_text_becomes_one_harmless_line(text, line):
    """Control and direction characters go, emoji stay, and markup stays text for the display to escape."""
    assert scrub(text) == line


@given(st.text(), st.integers(1, 50))
def test_a_scrubbed_text_is_bounded_storable_and_stays_so(text, longest):
    """Whatever comes in: one line, no longer than asked, UTF-8, and scrubbing it again changes nothing."""
    line = scrub(text, longest)
    assert len(line) <= longest
    assert line.splitlines() in ([], [line])
    line.encode()
    assert scrub(line, longest) == line


def test_a_long_text_is_cut():
    """A text of megabytes is cut with a sign that it was."""
    line = scrub("word " * 10**6)
    assert len(line) <= LONGEST_TEXT
    assert line.endswith("…")
