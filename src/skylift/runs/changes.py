"""What happened to files, their lines, and packages between two runs. Pure."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from skylift.values.comparison import FileChange, PackageChange
from skylift.values.known import KnownFile

Files = Mapping[str, KnownFile]
Side = Literal["before", "after"]
Content = Callable[[Side, KnownFile], bytes | None]
"""What was in a file; None when nobody knows."""

_QUADRATIC = 4_000_000
"""Lines of one side by lines of the other, from which on lines are only counted: a diff would take minutes."""
_BINARY = 8000
"""Bytes that are looked at to tell text from other files, as git does."""


def nobody_knows(_: Side, __: KnownFile) -> None:
    """For files of which only the hashes matter."""


def file_changes(
    before: Files, after: Files, content: Content = nobody_knows, *, patches: bool = False
) -> tuple[FileChange, ...]:
    """The files that are not the same, by path; with their lines where both contents are known."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old is not None and new is not None and _same(old, new):
            continue
        kind: Literal["added", "removed", "changed"] = (
            "added" if old is None else "removed" if new is None else "changed"
        )
        was, now = _lines(old, "before", content), _lines(new, "after", content)
        if was is None or now is None:
            found.append(FileChange(path, kind))
            continue
        added, removed = counted_lines(was, now)
        patch = patch_of(path, kind, was, now) if patches else ""
        found.append(FileChange(path, kind, added, removed, patch))
    return tuple(found)


def _same(old: KnownFile, new: KnownFile) -> bool:
    return old.content == new.content and old.executable == new.executable


def _lines(file: KnownFile | None, side: Side, content: Content) -> list[str] | None:
    """The lines of a text with their ends; none for a file that is not there; None for what is no text."""
    if file is None:
        return []
    if file.link:
        return [f"{file.link}\n"]
    found = content(side, file)
    if found is None or b"\0" in found[:_BINARY]:
        return None
    return found.decode(errors="replace").splitlines(keepends=True)


def counted_lines(before: list[str], after: list[str]) -> tuple[int, int]:
    """How many lines were added and removed.

    >>> counted_lines(["a", "b", "c"], ["a", "x", "y", "c"])
    (2, 1)
    """
    old, new = _middles(before, after)
    if len(old) * len(new) > _QUADRATIC:
        # Lines that only moved do not count here; nothing else is lost.
        was, now = Counter(old), Counter(new)
        return (now - was).total(), (was - now).total()
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    same = sum(block.size for block in blocks)
    return len(new) - same, len(old) - same


def _middles(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """What is left without the lines at both ends that are the same."""
    least = min(len(before), len(after))
    head = next((at for at in range(least) if before[at] != after[at]), least)
    least -= head
    tail = next((at for at in range(least) if before[-1 - at] != after[-1 - at]), least)
    return before[head : len(before) - tail], after[head : len(after) - tail]


def patch_of(path: str, kind: str, before: list[str], after: list[str]) -> str:
    """The change as ``diff -u`` has it."""
    old, new = _middles(before, after)
    if len(old) * len(new) > _QUADRATIC:
        return f"--- a/{path}\n+++ b/{path}\n(too much changed for a diff)\n"
    names = (
        "/dev/null" if kind == "added" else f"a/{path}",
        "/dev/null" if kind == "removed" else f"b/{path}",
    )
    lines = difflib.unified_diff(before, after, *names)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def package_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[PackageChange, ...]:
    """The packages that came, went, or have another version.

    >>> package_changes({"a": "1", "b": "1"}, {"a": "2", "c": "1"})[0]
    PackageChange(name='a', before='1', after='2')
    """
    names = sorted(before.keys() | after.keys())
    return tuple(
        PackageChange(name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name) != after.get(name)
    )
