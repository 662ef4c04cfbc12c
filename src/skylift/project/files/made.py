"""What a job leaves in the folders of the project, as others would find it there, and how it gets there."""

from __future__ import annotations

import fnmatch
import posixpath
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skylift.values.settings import JobSettings
from skylift_runtime.contract import DEFAULT_JOB

_ALL = "/**"
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Made:
    """What a job leaves, as other jobs name it."""

    job: str
    pattern: str
    """A path, a folder with ``/**``, or a glob."""
    kind: str
    """``model`` or ``output``: which of the run's results it is in."""
    into: str = "."
    """The folder of the project that those results belong into."""

    @property
    def base(self) -> str:
        return self.pattern.removesuffix(_ALL)

    def is_below(self, folder: str) -> bool:
        """Whether it lies in a folder, or is it."""
        return self.base == folder or self.base.startswith(f"{folder}/")

    def is_file(self, path: str) -> bool:
        if self.pattern.endswith(_ALL):
            return path.startswith(f"{self.base}/") and bool(posixpath.splitext(path)[1])
        return path == self.pattern or fnmatch.fnmatchcase(path, self.pattern)

    def is_folder(self, path: str) -> bool:
        if self.pattern.endswith(_ALL):
            return self.is_below(path) or (path.startswith(f"{self.base}/") and not self.is_file(path))
        return self.base.startswith(f"{path}/") and "*" not in path

    def matches(self, glob: str) -> bool:
        """Whether a path, perhaps with ``*`` in it, may be among it."""
        if "*" not in glob:
            return self.is_file(glob) or self.is_folder(glob)
        folder = posixpath.dirname(glob.partition("*")[0])
        return fnmatch.fnmatchcase(self.pattern, glob) or bool(folder and self.is_folder(folder))


def made_by(job: str, config: Mapping[str, Any], defaults: Mapping[str, str] = _NONE) -> list[Made]:
    """What a job leaves, by what its tables collect, and by what they bind.

    :param defaults: of its options that are texts.
    """
    bound = [(defaults.get(key, ""), to) for key, to in config.get("arguments", {}).items()]
    found: list[Made] = []
    for path, template in (*bound, *config.get("paths", {}).items()):
        place, _, rest = template.partition("}")
        kind = place.removeprefix("{")
        if kind in ("model", "output") and path and not path.startswith(("/", "..")):
            found.append(_bound(job, posixpath.normpath(path), kind, rest.strip("/")))
    collected = [
        Made(job, posixpath.normpath(rule), kind)
        for kind, rules in config.get("collect", {}).items()
        for rule in rules
    ]
    # What is written through a link is where the link leads already.
    found += [
        one
        for one in collected
        if not any(other.is_file(one.base) or one.is_below(other.base) for other in found)
    ]
    return [one for one in found if one.base not in ("", ".") and not one.base.startswith("*")]


def _bound(job: str, path: str, kind: str, rest: str) -> Made:
    """``out = "{model}/net.pt"`` with the default ``runs/net.pt``: the run's model belongs into ``runs``."""
    into = path
    if rest and (path == rest or path.endswith(f"/{rest}")):
        into = path[: len(path) - len(rest)].rstrip("/") or "."
    return Made(job, path if rest and posixpath.splitext(path)[1] else f"{path}{_ALL}", kind, into)


def maker_of(folder: str, jobs: Iterable[JobSettings], reader: str) -> Made | None:
    """What another job makes in a folder, as far as the config collects it."""
    plain = posixpath.normpath(folder)
    found = (
        one
        for job in jobs
        if job.name != reader
        for one in made_by(job.name, {"collect": job.collect, "paths": job.paths})
    )
    return next((one for one in found if one.is_folder(plain)), None)


def carry(job: str, kind: str, into: str) -> str:
    """What to type, to have something made and put where others look for it."""
    run = "skylift run" if job == DEFAULT_JOB else f"skylift run --job {shlex.quote(job)}"
    # `cp` wants a folder that is there.
    make = "" if into == "." else f"mkdir -p {shlex.quote(into)} && "
    return f'{run} && {make}cp -R "$(skylift pull @last {kind})/." {shlex.quote(into)}'
