"""The options of the magics, declared once: parser, help text and Tab completion all come from this table."""

from __future__ import annotations

import argparse
import ast
import difflib
import keyword
import os
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from inpaint_nb.errors import InputError
from inpaint_nb.settings import MODES

Completes = Literal["", "picture", "mask", "mode", "provider"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its spellings, what it does, and what it takes; a switch has no `metavar`."""

    flags: tuple[str, ...]
    help: str
    metavar: str = ""
    kind: Callable[[str], object] = str
    repeats: bool = False
    completes: Completes = ""

    @property
    def name(self) -> str:
        return self.flags[-1].lstrip("-")


def whole(text: str) -> int:
    """The number 1, 2, 3 … that `text` spells."""
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not 1, 2, 3 …")
    return int(text)


def distance(text: str) -> float:
    """The number of pixels, 0 or more, that `text` spells."""
    if not re.fullmatch(r"\d+(\.\d*)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pixels")
    return float(text)


def binding(text: str) -> str:
    """`text` itself when a variable can be called so."""
    if not text.isidentifier() or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"no variable can be called {text!r}")
    return text


def pair(text: str) -> tuple[str, object]:
    """The key and value of `key=value`; the value as Python reads it (`3`, `[1, 2]`), else as it stands."""
    key, equals, value = text.partition("=")
    if not equals or not key.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return key, value


def known_mode(text: str) -> str:
    """`text` itself when it is a mode."""
    if text not in MODES:
        raise argparse.ArgumentTypeError(f"{text!r} is not {', '.join(MODES[:-1])} or {MODES[-1]}")
    return text


PROMPT = Option(("-p", "--prompt"), "what the painted part should become, in quotes", "TEXT")
MASK = Option(("-m", "--mask"), "start from this mask: a variable or a file", "MASK", completes="mask")
PROVIDER = Option(("-P", "--provider"), "who makes the pictures", "NAME", completes="provider")
COUNT = Option(("-n", "--count"), "how many candidates to make", "N", whole)
SEED = Option(("--seed",), "repeat a run: the same number gives the same pictures", "N", int)
FEATHER = Option(("--feather",), "soften the edge of the change over so many pixels", "PX", distance)
OUT = Option(("-o", "--out"), "bind the list of PIL images to this name when the run ends", "NAME", binding)
RUN = Option(("--run",), "submit at once; needs a mask, or a provider that takes none")
WAIT = Option(("--wait",), "with --run: return when the run has ended")
WAIT_FOR_IT = Option(("--wait",), "return when the pictures are there")
MODE = Option(
    ("--mode",),
    "live, cached (an equal run is brought back), or replay (nothing is sent)",
    "MODE",
    known_mode,
    completes="mode",
)
PARAM = Option(
    ("--param",), "one of the provider's own parameters; repeatable", "KEY=VALUE", pair, repeats=True
)
HELP = Option(("-h", "--help"), "show this list")

INPAINT = (PROMPT, MASK, PROVIDER, COUNT, SEED, FEATHER, OUT, RUN, WAIT, MODE, PARAM, HELP)
IMAGINE = (PROVIDER, OUT, WAIT_FOR_IT, MODE, PARAM, HELP)


class Parser(argparse.ArgumentParser):
    """argparse that raises InputError with a hint; it never exits and never prints."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"%{self.prog}: {message}.", f"%{self.prog}? lists the options and what they take.")


def parser(magic: str, options: Sequence[Option], positional: str) -> Parser:
    """The parser of one magic; what it parses has one attribute per option and a list called `rest`."""
    made = Parser(prog=magic, add_help=False, allow_abbrev=False)
    made.add_argument("rest", nargs="*", metavar=positional)
    for option in options:
        if not option.metavar:
            made.add_argument(*option.flags, action="store_true", help=option.help)
            continue
        action: Literal["append", "store"] = "append" if option.repeats else "store"
        made.add_argument(*option.flags, action=action, type=option.kind, metavar=option.metavar)
    return made


def parse(magic: str, options: Sequence[Option], positional: str, line: str) -> argparse.Namespace:
    """The line's options; raises InputError for one that does not exist or a value that does not fit."""
    known, unknown = parser(magic, options, positional).parse_known_intermixed_args(words(line))
    if unknown:
        raise InputError(f"%{magic} has no option {unknown[0]!r}.", closest(magic, options, unknown[0]))
    return known


def apart(line: str, options: Sequence[Option]) -> tuple[str, str]:
    """The prompt in the line, exactly as it stands, and the options around it.

    What is no option of ours belongs to the prompt: `--ar 3:2` is the provider's business. One pair of quotes round
    all of it is taken off.
    """
    prompt, ours, at = "", [], 0
    tokens = list(re.finditer(r"\S+", line))
    for number, token in enumerate(tokens):
        if token.start() < at:
            continue  # the value of the option before
        flag, equals, _ = token[0].partition("=")
        option = option_of(options, flag)
        if option is None:
            continue
        takes_next = bool(option.metavar) and not equals and number + 1 < len(tokens)
        end = tokens[number + 1].end() if takes_next else token.end()
        prompt += line[at : token.start()]
        ours.append(line[token.start() : end])
        at = end
    prompt = (prompt + line[at:]).strip()
    quoted = (
        len(prompt) > 1 and prompt[0] == prompt[-1] and prompt[0] in "'\"" and prompt[0] not in prompt[1:-1]
    )
    return (prompt[1:-1] if quoted else prompt), " ".join(ours)


def words(line: str, windows: bool = os.name == "nt") -> list[str]:
    """The line split as a shell would, except that on Windows a backslash is part of a path.

    A semicolon at the end, which silences a cell's output, is no part of the line.
    """
    lexer = shlex.shlex(line.rstrip().removesuffix(";"), posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    lexer.escape = "" if windows else lexer.escape
    try:
        return list(lexer)
    except ValueError as error:
        raise InputError(
            "A quote is not closed.", 'Put the prompt in double quotes: -p "it\'s a red fox".'
        ) from error


def closest(magic: str, options: Sequence[Option], flag: str) -> str:
    """The hint for an option that does not exist: the one that was probably meant, else where the list is."""
    near = difflib.get_close_matches(flag.partition("=")[0], flags(options), 1)
    return f"Did you mean {near[0]}?" if near else f"%{magic}? lists the options."


def flags(options: Sequence[Option]) -> list[str]:
    """Every spelling of every option."""
    return [flag for option in options for flag in option.flags]


def option_of(options: Sequence[Option], flag: str) -> Option | None:
    """The option that is spelled `flag`, or None."""
    return next((option for option in options if flag in option.flags), None)


def table(options: Sequence[Option]) -> str:
    """The options, one a line, as the help shows them."""
    spelled = [f"{', '.join(option.flags)} {option.metavar}".rstrip() for option in options]
    width = max(map(len, spelled))
    return "\n".join(
        f"  {left:{width}}  {option.help}" for left, option in zip(spelled, options, strict=True)
    )
