"""What a config means, beyond its types: files that must be there, names that the contract allows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from skylift.errors import Issue
from skylift.project.entry import entry_file
from skylift.values.references import slug
from skylift.values.settings import ChannelSettings, JobSettings, Settings
from skylift_runtime.contract import CHANNEL_LIMIT, DEFAULT_JOB, RESERVED_CHANNEL

Where = Callable[[tuple[str, ...]], str]
_CHANNEL = re.compile(r"[A-Za-z0-9.\-_]{1,64}")
_PLACES = frozenset({"model", "output"})


def problems(settings: Settings, root: Path, where: Where) -> list[Issue]:
    """Everything that is wrong with a config whose types are right."""
    found = list(_project(settings, where))
    for name, job in settings.jobs.items():
        path = () if name == DEFAULT_JOB else ("jobs", name)
        found += _entry(job, root, where, path)
        found += _channels(job, where, path)
        for place in job.collect:
            if place not in _PLACES:
                found.append(Issue(where((*path, "collect", place)), "wants `model` or `output`"))
    return found


def _project(settings: Settings, where: Where) -> Iterator[Issue]:
    if not slug(settings.name, limit=40):
        yield Issue(where(("name",)), f"no letter or digit in {settings.name!r}, and run names begin with it")
    if not re.fullmatch(r"3\.\d+", settings.python):
        yield Issue(where(("python",)), f"wants a minor version such as 3.11, not {settings.python!r}")
    if not settings.jobs:
        yield Issue(
            where(("entry-point",)), "nothing says what starts training", "set entry-point, or: skylift init"
        )


def _entry(job: JobSettings, root: Path, where: Where, path: tuple[str, ...]) -> Iterator[Issue]:
    at = where((*path, "entry-point"))
    if job.entry_point and job.command:
        yield Issue(at, "there is a command as well", "keep one of the two")
    elif not job.entry_point and not job.command:
        yield Issue(at, f"nothing says what starts the job `{job.name}`", "set entry-point or command")
    elif job.entry_point and entry_file(root, job.entry_point) is None:
        yield Issue(
            at, f"entry point `{job.entry_point}` is not in the project", _near(root, job.entry_point)
        )


def _near(root: Path, entry_point: str) -> str:
    scripts = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    ][:5000]
    near = difflib.get_close_matches(entry_point, scripts, 1, 0.5)
    return (
        f"did you mean `{near[0]}`?"
        if near
        else "name a script of the project, `-m module` or `pkg.mod:function`"
    )


def _channels(job: JobSettings, where: Where, path: tuple[str, ...]) -> Iterator[Issue]:
    if len(job.channels) > CHANNEL_LIMIT - 1:
        what = f"{len(job.channels)} channels, and the service leaves {CHANNEL_LIMIT - 1}"
        yield Issue(where((*path, "channels")), what)
    for name, channel in job.channels.items():
        at = where((*path, "channels", name, _said(channel)))
        if name == RESERVED_CHANNEL:
            yield Issue(at, f"the channel name `{RESERVED_CHANNEL}` is taken by Skylift itself")
        elif not _CHANNEL.fullmatch(name):
            yield Issue(
                at,
                f"the service refuses the channel name {name!r}",
                "letters, digits, dots, dashes, underscores",
            )
        if not channel.local and not channel.cloud:
            yield Issue(at, f"channel `{name}` has neither a local folder nor a place in the cloud")
        if channel.cloud and not re.match(r"(s3|fsx|efs)://", channel.cloud):
            yield Issue(at, f"wants s3://…, not {channel.cloud!r}")


def _said(channel: ChannelSettings) -> str:
    return "local" if channel.local else "cloud"
