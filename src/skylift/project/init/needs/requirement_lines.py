"""What a requirements file says, with the files that it includes: packages, places, the project itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from skylift.project.init.needs.declared import Place, valid
from skylift.project.init.needs.listing import text_of

_COMMENT = re.compile(r"(^|\s)#.*$")
_HASH = re.compile(r"(?<!\s)\s+--(hash|config-settings?|global-option|install-option)[=\s]\S+")
_OPTION = re.compile(
    r"(?P<name>-r|-c|-i|-f|-e|--requirement|--constraint|--index-url|--extra-index-url|--find-links|--editable"
    r"|--pypi-url)(?:\s*=\s*|\s+|(?<=-[rcife]))(?P<value>\S.*)"
)
_NAME_OF_URL = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")
_THE_PROJECT = re.compile(r"(?:file:)?\.{1,2}/?(?:\[(?P<extras>[^\]]*)\])?")
_PLACE = re.compile(r"(?:[a-z+]+://|git\+|file:|\./|\.\./|/|git@)")
_MOST_FILES = 50
_LONGEST = 4000
_MOST_LINES = 2000


@dataclass(frozen=True)
class Lines:
    """All that a file says."""

    requirements: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    own: bool = False
    """It asks for the project itself: ``-e .``."""
    unread: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """The file and those that it includes, as paths relative to the root."""
    included: tuple[str, ...] = ()
    """The files that it includes itself."""


__all__ = ["Lines", "Place", "read_lines", "read_texts"]


def read_lines(root: Path, name: str) -> Lines:
    """Read a file and what it includes; what is missing is as if it were empty."""
    found = _Reading(root)
    found.file(name, set(), constraint=False)
    return found.lines()


def read_texts(root: Path, name: str, texts: Sequence[str]) -> Lines:
    """Lines of pip's that stand in another file; what they include is named and not read."""
    found = _Reading(root)
    for text in texts:
        found.line(text.strip(), name, name, None, constraint=False)
    return found.lines()


class _Reading:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.requirements: list[str] = []
        self.places: list[Place] = []
        self.unread: list[str] = []
        self.files: list[str] = []
        self.included: list[str] = []
        self.own = False

    def lines(self) -> Lines:
        return Lines(
            tuple(dict.fromkeys(self.requirements)),
            tuple(self.places),
            self.own,
            tuple(self.unread),
            tuple(self.files),
            tuple(self.included),
        )

    def file(self, name: str, seen: set[Path], *, constraint: bool) -> None:
        path = self.root / name
        if len(seen) >= _MOST_FILES or path.resolve() in seen:
            return
        seen.add(path.resolve())
        self.files.append(name)
        for number, line in _logical(text_of(path)):
            self.line(line, name, f"{name}:{number}", seen, constraint=constraint)

    def line(self, line: str, name: str, where: str, seen: set[Path] | None, *, constraint: bool) -> None:
        """One line.

        :param seen: the files that were read; None where none is to be.
        """
        option = _OPTION.match(line)
        if option is None:
            if not line.startswith("-") and not constraint:
                self._requirement(_HASH.sub("", line), where)
            return
        kind, value = option["name"], option["value"].strip().strip("'\"")
        if kind in ("-r", "--requirement", "-c", "--constraint"):
            inner = constraint or kind in ("-c", "--constraint")
            if "://" not in value and not inner:
                self.included.append(_joined(name, value))
            if "://" not in value and seen is not None:
                self.file(_joined(name, value), seen, constraint=inner)
        elif kind in ("-e", "--editable"):
            self._requirement(value, where)
        else:
            self.places.append(Place("links" if kind in ("-f", "--find-links") else "index", value, where))

    def _requirement(self, text: str, where: str) -> None:
        line = valid(text)
        at = " @ " in line or re.match(r"[\w.\[\],-]+@\S", line) is not None
        if line and not at:
            self.requirements.append(line)
        elif _THE_PROJECT.fullmatch(text.split(";", maxsplit=1)[0].strip()):
            self.own = True
        elif at:
            name, _, address = line.partition("@")
            self.requirements.append(line)
            self.places.append(Place(_kind(address.strip()), address.strip(), where, name.strip()))
        elif _PLACE.match(text):
            egg = _NAME_OF_URL.search(text)
            self.places.append(Place(_kind(text), text, where, egg[1] if egg else ""))
            # A bare name would be looked for on PyPI, where somebody else may have it.
            named = valid(f"{egg[1]} @ {text}") if egg else ""
            self.requirements += [named] if named else []
        else:
            self.unread.append(text)


def _kind(address: str) -> str:
    if address.startswith("git") or address.split("#", maxsplit=1)[0].split("@", maxsplit=1)[0].endswith(
        ".git"
    ):
        return "git"
    return "folder" if address.startswith((".", "/", "file:")) else "url"


def _joined(name: str, value: str) -> str:
    folder = name.rpartition("/")[0]
    return f"{folder}/{value}" if folder and not value.startswith("/") else value


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, with those that a backslash continues, and their numbers."""
    waiting, first = "", 0
    for number, raw in enumerate(text.splitlines()[:_MOST_LINES], 1):
        line = _COMMENT.sub("", raw).strip() if len(raw) < _LONGEST else ""
        first = first or number
        if line.endswith("\\"):
            waiting += line[:-1] + " "
            continue
        line, waiting = (waiting + line).strip(), ""
        if line:
            yield first, line
        first = 0
