"""Paths as far as source code says them: fixed text, an option's value, a variable, and what is not known."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

UNKNOWN = None
SOMETHING = "*"
"""Stands in a way for what is only known at run time, as in a glob."""


@dataclass(frozen=True)
class Ref:
    """The value of an option, or of an environment variable of the contract."""

    name: str
    is_variable: bool = False


@dataclass(frozen=True)
class Setting:
    """A text out of a config file, of which the program may be given another one."""

    text: str


Text = tuple["str | Ref | Setting | None", ...]
"""One value that an expression may have, piece by piece."""


@dataclass(frozen=True)
class Way:
    """Where a call reads or writes."""

    text: str
    """POSIX; after the option's value where there is one. ``*`` for what is not known."""
    option: str = ""
    """The dest of the option that it begins with."""
    variable: str = ""
    """The variable of the contract that it begins with."""

    @property
    def is_fixed(self) -> bool:
        """Whether it is written down in the source, and where it begins is known."""
        return not self.option and not self.variable and not self.text.startswith(SOMETHING)

    @property
    def fixed_folder(self) -> str:
        """The deepest folder that is known by name, of a path that may vary below it."""
        head, star, _ = self.text.partition(SOMETHING)
        return (posixpath.dirname(head) if star else head) or "."


def joined(first: Text, second: Text) -> Text:
    """``os.path.join``."""
    if second and isinstance(second[0], str) and second[0].startswith("/"):
        return second
    if not first or first == ("",):
        return second
    if not second:
        return first
    last = first[-1]
    gap = () if isinstance(last, str) and last.endswith("/") else ("/",)
    return merged((*first, *gap, *second))


def merged(text: Text) -> Text:
    """The same, in as few pieces as it goes."""
    pieces: list[str | Ref | Setting | None] = []
    for piece in text:
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        elif piece is not UNKNOWN or not pieces or pieces[-1] is not UNKNOWN:
            pieces.append(piece)
    return tuple(piece for piece in pieces if piece != "") or ("",)


def folder_of(text: Text) -> Text:
    """``os.path.dirname``; of a value that is not known it is not known either."""
    pieces = [piece.text if isinstance(piece, Setting) and not at else piece for at, piece in enumerate(text)]
    while pieces:
        last = pieces.pop()
        if isinstance(last, str) and "/" in last:
            head = last.rpartition("/")[0]
            return (*pieces, head) if head or pieces else ("/",)
        if not pieces:
            return ("",) if isinstance(last, str) else (UNKNOWN,)
    return ("",)


def way(text: Text) -> Way:
    """The way that a value is."""
    first, rest = (text[0], text[1:]) if text else ("", ())
    spelled = "".join(piece if isinstance(piece, str) else SOMETHING for piece in rest)
    if isinstance(first, Ref):
        spelled = _starred(spelled)
        return Way(spelled, variable=first.name) if first.is_variable else Way(spelled, option=first.name)
    first = first.text if isinstance(first, Setting) else first
    whole = (first if first is not UNKNOWN else SOMETHING) + spelled
    return Way(_tidy(_starred(whole)))


def _starred(text: str) -> str:
    """Fields that somebody else fills in are not known either.

    >>> _starred("best-{val_loss:.2f}-**.h5"), _starred("a/{epoch:02d}{step}.ckpt")
    ('best-*-*.h5', 'a/*.ckpt')
    """
    return re.sub(r"\*+", SOMETHING, re.sub(r"(?<!\$)\{[\w.]*(:[^{}/]*)?\}", SOMETHING, text))


def _tidy(text: str) -> str:
    """
    >>> _tidy("./data//x/"), _tidy("~/x"), _tidy("s3://b/x"), _tidy("")
    ('data/x', '~/x', 's3://b/x', '.')
    """
    return text if "://" in text or "\\" in text else posixpath.normpath(text)


def is_in(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies below it, by its name.

    >>> is_in("a/b", "a"), is_in("a", "a"), is_in("ab", "a")
    (True, True, False)
    """
    return path == folder or path.startswith(f"{folder}/")
