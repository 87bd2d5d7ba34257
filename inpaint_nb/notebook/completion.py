"""What Tab offers in the line of a magic: options, providers, variables and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from inpaint_nb.notebook import names, options
from inpaint_nb.notebook.options import Option
from inpaint_nb.providers import registry
from inpaint_nb.settings import MODES

MAGIC_LINE = re.compile(
    r"^\s*(?:[^%='\"]+=\s*)?(?P<escape>%{1,2})(?P<magic>inpaint|imagine)\s+(?P<before>.*)$"
)


def matcher(shell: Any) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """The completion of our magics' lines, for `shell.Completer.custom_matchers`."""

    @context_matcher(identifier="inpaint_nb")
    def complete(context: CompletionContext) -> SimpleMatcherResult:
        line = MAGIC_LINE.match(context.text_until_cursor)
        if line is None or (line["escape"] == "%%" and context.cursor_line > 0):
            return fitted([], "", "")  # a new one each time: IPython writes into it
        table = options.INPAINT if line["magic"] == "inpaint" else options.IMAGINE
        found = offered(line["before"], table, shell.user_ns)
        return fitted(found, last_word(line["before"]), context.token)

    return complete


def offered(before: str, table: Sequence[Option], namespace: names.Namespace) -> list[str]:
    """The words that may stand where the cursor is, after the text `before` it."""
    word, earlier = last_word(before), before.split()
    previous = earlier[-1] if before[-1:].isspace() and earlier else earlier[-2] if len(earlier) > 1 else ""
    option = options.option_of(table, previous)
    if option is not None and option.metavar:
        return values(option, word, namespace)
    if word.startswith("-"):
        return starting(options.flags(table), word)
    return (
        [*starting(names.pictures(namespace), word), *names.files(word)] if table is options.INPAINT else []
    )


def values(option: Option, word: str, namespace: names.Namespace) -> list[str]:
    """What may follow an option."""
    match option.completes:
        case "provider":
            return starting(registry.names(), word)
        case "mode":
            return starting(MODES, word)
        case "mask":
            return [*starting(names.masks(namespace), word), *names.files(word)]
    return []


def last_word(before: str) -> str:
    """The word that the cursor stands at the end of, empty after a space."""
    return re.split(r"\s", before)[-1]


def starting(words: Sequence[str], prefix: str) -> list[str]:
    return [word for word in words if word.startswith(prefix)]


def fitted(found: Sequence[str], word: str, token: str) -> SimpleMatcherResult:
    """The completions as IPython wants them: in place of its token, which may be only the end of our word."""
    cut = len(word) - len(token)
    texts = [each[cut:] for each in found if word.endswith(token)]
    completions = [SimpleCompletion(text=text, type="inpaint") for text in texts]
    return {"completions": completions, "suppress": bool(completions)}
