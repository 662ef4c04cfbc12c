"""Checks of channels and of the files that ship."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from skylift.project.checks.subject import Subject, folders
from skylift.project.files.git import git_or_nothing, names, working_tree
from skylift.project.files.made import carry, maker_of
from skylift.project.files.ship import IGNORE_FILE
from skylift.project.source.walking import walk_folders
from skylift.values.finding import Finding, Line, Severity
from skylift.values.settings import JobSettings

_LARGE, _TRACKED = 10_000_000, 100_000_000
_MOST_FILES = 20_000
"""Files of a folder that are looked at."""
_SHOWN = 20
_INSIDE = re.compile(r"(?:[^{}]*=)?\{channel:(?P<channel>[^{}]+)\}/(?P<path>[^{}]+)")
"""A template that names one thing in a channel, by itself or behind ``--option=``."""


def missing_channels(subject: Subject) -> Iterator[Finding]:
    """A channel whose folder is not there, or has no file in it."""
    for job in subject.jobs:
        for name, folder in folders(job).items():
            path, at = subject.root / folder, subject.where(job, "channels", name)
            if not path.is_dir():
                what = f"the folder `{folder}` of channel `{name}` is not there"
                elsewhere = bool(job.channels[name].cloud)
                maker = maker_of(folder, subject.jobs, job.name)
                remedy = "put the data there, or change the channel"
                if maker is not None:
                    remedy = f"the job `{maker.job}` makes it: {carry(maker.job, maker.kind, maker.into)}"
                severity = "note" if elsewhere else "error"
                yield Finding("channel-missing", severity, at, what, remedy, waits=True)  # type: ignore[arg-type]
            elif next(_sizes(path), None) is None:
                what = f"the folder `{folder}` of channel `{name}` has no file in it"
                yield Finding("channel-empty", "warning", at, what, "put the data there", waits=True)


def missing_files(subject: Subject) -> Iterator[Finding]:
    """What [arguments], [paths] or the command name inside a channel, and is not in the channel's folder."""
    for job in subject.jobs:
        rows: list[tuple[tuple[str, ...], str]] = [
            (("arguments", name), text) for name, text in job.arguments.items()
        ]
        rows += [(("paths", name), text) for name, text in job.paths.items()]
        rows += [(("command",), word) for word in job.command]
        for key, text in rows:
            found = _INSIDE.fullmatch(text)
            folder = folders(job).get(found["channel"], "") if found else ""
            # A folder that is not there at all is told once, as a channel's.
            if found and folder and (subject.root / folder).is_dir():
                path = posixpath.normpath(f"{folder}/{found['path']}")
                if not _begins_there(subject.root / path):
                    yield _missing_file(subject, job, key, path, found["channel"])


def _missing_file(
    subject: Subject, job: JobSettings, key: tuple[str, ...], path: str, channel: str
) -> Finding:
    what = f"`{path}` is not there, which is what it stands for in channel `{channel}`"
    remedy = "put it there, or name another"
    maker = maker_of(posixpath.dirname(path), subject.jobs, job.name)
    if maker is not None:
        remedy = f"the job `{maker.job}` makes it: {carry(maker.job, maker.kind, maker.into)}"
    severity: Severity = "note" if job.channels[channel].cloud else "warning"
    return Finding("file-missing", severity, subject.where(job, *key), what, remedy, waits=True)


def _begins_there(path: Path) -> bool:
    """Whether it is there, or a program may add to the name: an ending, or what a pattern stands for."""
    first = re.split(r"[*?\[]", path.name)[0]
    try:
        return os.path.lexists(path) or any(one.name.startswith(first) for one in path.parent.iterdir())
    except OSError:
        return False


def channels_and_git(subject: Subject) -> Iterator[Finding]:
    """A channel's data in git, where it makes every clone slow; or on this machine alone."""
    if working_tree(subject.root) is None:
        return
    seen: set[str] = set()
    for job in subject.jobs:
        for name, folder in folders(job).items():
            if not (subject.root / folder).is_dir() or folder in seen:
                continue
            seen.add(folder)
            at = subject.where(job, "channels", name)
            tracked = names(git_or_nothing(subject.root, "ls-files", "-z", "--", f"./{folder}"))
            total = sum(_size(subject.root / path) for path in islice(tracked, _MOST_FILES))
            if total > _TRACKED:
                what = f"git tracks {_megabytes(total)} of data in `{folder}`"
                yield Finding(
                    "data-in-git", "warning", at, what, f"git rm -r --cached {folder}, and ignore it"
                )
            elif not job.channels[name].cloud and not tracked and _is_ignored(subject.root, folder):
                what = f"the data in `{folder}` is ignored by git: it is on this machine alone"
                remedy = f'for others and for CI: {name} = {{ local = "{folder}", cloud = "s3://…" }}'
                yield Finding("data-here-only", "note", at, what, remedy)


def large_files(subject: Subject) -> Iterator[Finding]:
    """A large file that travels with the code of every run: data, or what a run left."""
    spoken = " ".join(text for call in subject.calls for text in call.texts)
    sizes = ((file.path, _size(subject.root / file.path)) for file in subject.files if not file.link)
    large = sorted(((size, path) for path, size in sizes if size > _LARGE), reverse=True)
    for size, path in large[:_SHOWN]:
        what = f"{_megabytes(size)} ship with the code of every run"
        if os.path.basename(path) in spoken:  # noqa: PTH119 - POSIX text, not a path of this machine
            remedy = "the program names it: put it into a folder of its own, and make that a channel"
            yield Finding("large-file", "warning", path, what, remedy)
        else:
            line = Line(IGNORE_FILE, pattern_of(path))
            yield Finding("large-file", "warning", path, what, f"add `{line.text}` to {IGNORE_FILE}", line)
    if len(large) > _SHOWN:
        what = f"{len(large) - _SHOWN} more large files ship"
        yield Finding("large-file", "warning", IGNORE_FILE, what, f"name their folder in {IGNORE_FILE}")


def links(subject: Subject) -> Iterator[Finding]:
    """A link that leads out of the project, or a name that is not UTF-8: nothing ships with it."""
    for problem in subject.links:
        yield Finding(
            "link",
            "error",
            problem.split(" is ")[0],
            problem,
            f"name it in {IGNORE_FILE}, or make it a channel",
        )


def state(subject: Subject) -> Iterator[Finding]:
    """What belongs to this machine alone, and git would take along."""
    if working_tree(subject.root) is None:
        return
    folder, local = ".skylift", "skylift.local.toml"
    if git_or_nothing(subject.root, "ls-files", "--", f"./{folder}"):
        yield Finding(
            "state-in-git",
            "warning",
            folder,
            "git tracks runs and state of this machine",
            f"git rm -r --cached {folder}",
        )
    elif (subject.root / folder).is_dir() and not (subject.root / folder / ".gitignore").exists():
        line = Line(f"{folder}/.gitignore", "*")
        yield Finding(
            "state-in-git",
            "warning",
            folder,
            "git would take runs and state along",
            "ignore the folder",
            line,
        )
    if (subject.root / local).exists() and not git_or_nothing(subject.root, "check-ignore", f"./{local}"):
        line = Line(".gitignore", f"/{local}")
        what = "git would take your own settings along"
        yield Finding("state-in-git", "warning", local, what, f"add `{line.text}` to .gitignore", line)


def _is_ignored(root: Path, folder: str) -> bool:
    """Whether there is data, and git takes none of it."""
    listed = git_or_nothing(root, "ls-files", "-z", "--others", "--exclude-standard", "--", f"./{folder}")
    return not listed and any(_sizes(root / folder))


def pattern_of(path: str) -> str:
    """A line for an ignore file that means this path and no other."""
    escaped = re.sub(r"([\\*?\[\]!#])", r"\\\1", path).replace(" ", "\\ ").replace("\t", "[\t]")
    # A line ends where Python sees an end of a line: there any one character has to do.
    return "/" + "".join("?" if len(f"{one}x".splitlines()) > 1 else one for one in escaped)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _sizes(folder: Path) -> Iterator[int]:
    for above, _, files in walk_folders(folder):
        yield from (_size(Path(above, name)) for name in files)


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.0f} MB"
