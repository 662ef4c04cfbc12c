"""What people call a run: its name, the end of its name, or where it stands among the others."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from skylift.errors import UsageError
from skylift.host.files import read_json
from skylift.values.run_folder import RunFolder

_LAST = re.compile(r"@last(?::(?P<job>[^~]+))?(?:~(?P<back>\d{1,9}))?")
_SHOWN = 5


def resolve(runs: Path, text: str) -> str:
    """The run that a name, a unique end of one, ``@last``, ``@last~1`` or ``@last:JOB`` means.

    Of ten thousand runs only those are looked into that may be meant.

    :raises UsageError: when it is none or more than one.
    """
    if text and "/" not in text and text not in (".", "..") and _is_begun(runs, text):
        return text
    names = sorted(_entries(runs), key=age, reverse=True)
    if not any(_is_begun(runs, name) for name in names):
        raise UsageError("there are no runs in this project yet", hints=("start one: skylift run",))
    if text.startswith("@"):
        return _counted(runs, names, text)
    found = [name for name in names if text and name.endswith(text) and _is_begun(runs, name)]
    if len(found) == 1:
        return found[0]
    near = (name for name in found or names if _is_begun(runs, name))
    what = f"{len(found)} runs of this project end" if found else "no run of this project ends"
    raise UsageError(
        f"{what} in {text!r}",
        hints=("there are: " + ", ".join(islice(near, _SHOWN)), "all: skylift runs -n 0"),
    )


def age(name: str) -> tuple[str, str]:
    """What to sort names by, so that the oldest is first: the time is in them, ``<project>-<yymmddHHMMSS>-<letters>``."""
    parts = name.rsplit("-", 2)
    return (parts[1] if len(parts) == 3 else "", name)


def _entries(runs: Path) -> Iterator[str]:
    try:
        with os.scandir(runs) as entries:
            yield from (entry.name for entry in entries if not entry.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return


def _is_begun(runs: Path, name: str) -> bool:
    # A folder without an intent was never begun.
    return RunFolder(runs / name).intent.exists()


def _counted(runs: Path, names: list[str], text: str) -> str:
    said = _LAST.fullmatch(text)
    if said is None:
        raise UsageError(
            f"no run is called {text!r}",
            hints=("@last is the newest run, @last~1 the one before it, @last:JOB the newest of a job",),
        )
    job, back = said["job"], int(said["back"] or 0)

    def is_meant(name: str) -> bool:
        return _is_begun(runs, name) and (job is None or _job(RunFolder(runs / name)) == job)

    # What was planned and never came to be is not what somebody means, as long as there is anything else.
    started = _at(back, names, lambda name: RunFolder(runs / name).record.exists() and is_meant(name))
    if started is None and back == 0:
        started = _at(0, names, is_meant)
    if started is None:
        of = f" of job {job}" if job is not None else ""
        raise UsageError(
            f"{text} is further back than this project's runs{of} go", hints=("see: skylift runs",)
        )
    return started


def _at(back: int, names: Iterable[str], is_meant: Callable[[str], bool]) -> str | None:
    return next(islice(filter(is_meant, names), back, None), None)


def _job(folder: RunFolder) -> str:
    try:
        ours = (read_json(folder.intent) or {}).get("ours")
    except OSError:
        return ""
    return str(ours.get("job", "")) if isinstance(ours, dict) else ""
