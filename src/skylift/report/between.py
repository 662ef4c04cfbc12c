"""What lies between the baseline and each other run: commits, files, packages, data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skylift.report.text import fields, safe, size
from skylift.values.comparison import Between, Commits, Comparison, DataChange, FileChange, PackageChange
from skylift.values.words import counted

_SHOWN = 10
_DATA_SHOWN = 3


def between(found: Comparison, tags: Sequence[str]) -> Iterator[str]:
    """A block for the runs of which the same is to be said; then the changes of their code, if asked for."""
    by_run = dict(zip(found.runs, tags, strict=True))
    told: dict[str, list[str]] = {}
    for one in found.between:
        rows = [*_rows(one)]
        parts = ["\n".join(f"  {line}" for line in fields(rows).splitlines())] if rows else []
        patches = [_patch(file) for file in one.files or () if file.patch]
        parts += ["\n" + "\n".join(patches)] if patches else []
        if parts:
            told.setdefault("\n".join(parts), []).append(by_run[one.run])
    for text, runs in told.items():
        yield f"from {safe(tags[found.baseline])} to {safe(', '.join(runs))}\n{text}"


def _patch(file: FileChange) -> str:
    return "\n".join(safe(line.replace("\t", "    ")) for line in file.patch.rstrip("\n").split("\n"))


def _rows(one: Between) -> Iterator[tuple[str, str]]:
    if one.commits is not None:
        yield "commits", "\n".join(_commits(one.commits))
    if one.files is not None:
        yield "files", "\n".join(_files(one.files))
    if one.lock is not None:
        yield "lock", "\n".join(_packages(one.lock))
    if one.packages is not None and one.packages != one.lock:
        yield "packages", "\n".join(_packages(one.packages))
    for change in one.data:
        yield f"data {change.channel}", "\n".join(_data(change))
    if one.not_as_it_was:
        yield "not as it was", "\n".join(one.not_as_it_was)
    if one.not_kept:
        yield "not kept", f"{', '.join(one.not_kept)}: it differs, and what it was is not known here"


def _commits(found: Commits) -> Iterator[str]:
    if found.unknown:
        yield f"not in this repository: {', '.join(commit[:12] for commit in found.unknown)}"
        return
    if not found.before or not found.after:
        yield "one of the two was not in git"
        return
    counts = [f"{counted(found.added_count, 'commit')} more" if found.added_count else ""]
    counts += [f"{counted(found.removed_count, 'commit')} fewer" if found.removed_count else ""]
    yield ", ".join(filter(None, counts)) + (" (diverged)" if all(counts) else "")
    for sign, lines, count in (
        ("+", found.added, found.added_count),
        ("-", found.removed, found.removed_count),
    ):
        yield from (f"{sign} {line}" for line in lines)
        if count > len(lines):
            yield f"{sign} and {count - len(lines)} more"


def _files(found: Sequence[FileChange]) -> Iterator[str]:
    if not found:
        yield "the same; how the jobs are described, or read, is not"
        return
    yield _kinds(found)
    yield from (_file(file) for file in found[:_SHOWN])
    if len(found) > _SHOWN:
        yield f"and {len(found) - _SHOWN} more: --json names them"


def _kinds(found: Sequence[FileChange]) -> str:
    kinds = [(kind, sum(file.kind == kind for file in found)) for kind in ("changed", "added", "removed")]
    return ", ".join(f"{count} {kind}" for kind, count in kinds if count)


def _file(file: FileChange) -> str:
    sign = {"added": "A", "removed": "D", "changed": "M"}[file.kind]
    lines = f"  +{file.added} -{file.removed}" if file.added is not None else ""
    return f"{sign} {file.path}{lines}"


def _packages(found: Sequence[PackageChange]) -> Iterator[str]:
    if not found:
        yield "the same versions, otherwise built"
    for change in found[:_SHOWN]:
        if change.before and change.after:
            yield f"{change.name} {change.before} → {change.after}"
        else:
            yield f"{change.name} {change.before or change.after} {'is gone' if change.before else 'is new'}"
    if len(found) > _SHOWN:
        yield f"and {len(found) - _SHOWN} more: --json names them"


def _data(change: DataChange) -> Iterator[str]:
    sizes = f"{size(change.bytes_before)} → {size(change.bytes_after)}"
    yield f"{_kinds(change.files) or 'the same files'}; {sizes}"
    yield from (_file(file) for file in change.files[:_DATA_SHOWN])
    if len(change.files) > _DATA_SHOWN:
        yield f"and {len(change.files) - _DATA_SHOWN} more: --json names them"
