"""What a word in a magic's line means: a variable, a path, a URL; and which variables could be meant."""

from __future__ import annotations

import ast
import difflib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image

from inpaint_nb.edit import Result
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask
from inpaint_nb.session import Session

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")

Namespace = Mapping[str, object]


def meant(word: str, namespace: Namespace) -> object:
    """The value of the variable that `word` names (`photo`, `fox.image`, `fox.images[0]`), else the word.

    Nothing is called and nothing else is evaluated. Raises InputError where the word leads nowhere:
    no variable, no file, and no URL or `PROVIDER:ID` either.
    """
    lookup, path = expression(word), Path(word).expanduser()
    if lookup is not None and root(lookup) in namespace:
        try:
            return follow(lookup, namespace)
        except (AttributeError, LookupError, TypeError) as error:
            if not path.exists():  # photo.png may be a file, though `photo` is a variable without `png`
                raise InputError(f"{word!r} leads nowhere: {error}.", likely(word, namespace)) from error
    if ":" not in word and not path.exists():
        raise InputError(f"There is no variable and no file called {word!r}.", likely(word, namespace))
    return str(path) if word.startswith("~") else word


def expression(word: str) -> ast.expr | None:
    """The lookup that `word` spells, when it is made of names, attributes and constant indices only."""
    try:
        parsed = ast.parse(word, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return parsed if is_lookup(parsed) else None


def is_lookup(node: ast.expr) -> bool:
    match node:
        case ast.Name():
            return True
        case ast.Attribute(value=value):
            return is_lookup(value)
        case ast.Subscript(
            value=value, slice=ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant())
        ):
            return is_lookup(value)
    return False


def root(node: ast.expr) -> str:
    """The variable that a lookup starts from."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def follow(node: ast.expr, namespace: Namespace) -> object:
    """What the lookup finds; raises what Python does for an attribute or an index that does not exist."""
    match node:
        case ast.Attribute(value=value, attr=attr):
            return getattr(follow(value, namespace), attr)
        case ast.Subscript(value=value, slice=key):
            return follow(value, namespace)[ast.literal_eval(key)]  # type: ignore[index] # what Python raises is told
    return namespace[root(node)]


def likely(word: str, namespace: Namespace) -> str:
    """The hint for a name that leads nowhere: the variable or file that was probably meant."""
    files = [entry.name for entry in Path().iterdir() if entry.suffix.lower() in PICTURE_SUFFIXES]
    near = difflib.get_close_matches(word, [*pictures(namespace), *files], 1)
    if near:
        return f"Did you mean {near[0]}?"
    return "Give a variable, a path or a URL; for a picture to try: photo = inpaint_nb.sample()"


def picture(word: str, namespace: Namespace) -> object:
    """What to open for the IMAGE of a line; the picture of a session is the one being edited now."""
    value = meant(word, namespace)
    return value.image if isinstance(value, Session) else value


def mask(word: str, namespace: Namespace) -> Mask:
    """The mask that a word means: a `Mask`, or one made from a picture, an array or a file."""
    value = meant(word, namespace)
    if isinstance(value, Session | Result):
        value = value.mask
    if isinstance(value, Mask):
        return value
    if is_array(value):
        return Mask.from_array(value)
    return Mask.from_image(value)


def pictures(namespace: Namespace) -> list[str]:
    """The names of variables that hold something to open."""
    return visible(namespace, is_picture)


def masks(namespace: Namespace) -> list[str]:
    """The names of variables that could serve as a mask."""
    return visible(namespace, lambda value: isinstance(value, Mask) or is_picture(value))


def visible(namespace: Namespace, wanted: Callable[[object], bool]) -> list[str]:
    """The names, hidden ones left out, whose values are `wanted`."""
    return sorted(
        name for name, value in list(namespace.items()) if not name.startswith("_") and wanted(value)
    )


def is_picture(value: object) -> bool:
    if isinstance(value, str):
        return len(value) < 4096 and value.lower().endswith(PICTURE_SUFFIXES)
    return isinstance(value, Image.Image | Path | Session | Result) or is_array(value)


def is_array(value: object) -> bool:
    """Whether it is a numpy array with a picture's dimensions; numpy is not imported to find out."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray) and value.ndim in (2, 3)


def files(prefix: str) -> list[str]:
    """The folders and pictures whose path starts with `prefix`, spelled the way it was begun."""
    folder, slash, start = prefix.rpartition("/")
    place = Path(f"{folder}{slash}" or ".").expanduser()
    if not place.is_dir():
        return []
    found = [
        entry for entry in place.iterdir() if entry.name.startswith(start or entry.name) and is_offered(entry)
    ]
    return sorted(f"{folder}{slash}{entry.name}{'/' * entry.is_dir()}" for entry in found)


def is_offered(entry: Path) -> bool:
    """Whether Tab offers it: a folder or a picture, not hidden."""
    return not entry.name.startswith(".") and (entry.is_dir() or entry.suffix.lower() in PICTURE_SUFFIXES)
