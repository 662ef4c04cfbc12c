"""Files that one job leaves and another one reads: a job has no disk in common with the next, so people carry them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from skylift.project.files.made import Made, carry
from skylift.project.init.evidence.stages import PULLED
from skylift.project.init.findings import Findings
from skylift.project.init.inputs import NOT_HERE
from skylift_runtime.contract import DEFAULT_JOB

_MOST_SHOWN = 3


def say_handed(
    found: Findings, root: Path, every: Sequence[Made], tables: Callable[[str], Mapping[str, Any]]
) -> None:
    """One line for each result that other jobs want: how it is made, and carried to where they look for it."""
    groups: dict[tuple[str, str, str], tuple[list[str], list[str]]] = {}
    jobs = [DEFAULT_JOB, *found.config.get("jobs", {})]
    for reader in jobs:
        table = tables(reader)
        read = _read_at(table)
        included = [row.value for row in found.understood if (row.topic, row.job) == ("ship", reader)]
        for one in every:
            wanted = any(one.is_file(path) or one.is_folder(path) for path in read)
            if one.job == reader or not (wanted or one.base in included):
                continue
            names, readers = groups.setdefault((one.job, one.kind, one.into), ([], []))
            names += [one.base] if one.base not in names else []
            readers += [reader] if reader not in readers else []
    for (job, kind, into), (names, readers) in sorted(
        groups.items(), key=lambda one: _depth(one[0][0], groups)
    ):
        outer = [one for one in names if not any(one.startswith(f"{other}/") for other in names)]
        shown = ", ".join(outer[:_MOST_SHOWN]) + (" and more" if len(outer) > _MOST_SHOWN else "")
        line = f"{shown} for {_and(readers)} {'are' if len(outer) > 1 else 'is'} made by the job `{job}`"
        if all((root / name).exists() for name in names):
            found.say("handed on", f"{line}: {carry(job, kind, into)}", "until then what is here is used")
        else:
            found.left.append(f"{line}:\n{carry(job, kind, into)}")


def _depth(job: str, groups: Mapping[tuple[str, str, str], tuple[list[str], list[str]]]) -> int:
    """How many jobs have to run before a job: what comes first is told first."""
    depth, now = 0, {job}
    while depth < len(groups) and (
        now := {maker for (maker, _, _), (_, readers) in groups.items() if now & {*readers}}
    ):
        depth += 1
    return depth


def missing_once(left: Iterable[str]) -> list[str]:
    """What is left to the user, where the code only says again that something is not here which a pipeline keeps."""
    lines = list(left)
    kept = [line.removesuffix(PULLED).partition("`: ")[2] for line in lines if line.endswith(PULLED)]
    return [line for line in lines if not any(f" reads {path}{NOT_HERE}" in line for path in kept)]


def _read_at(table: Mapping[str, Any]) -> list[str]:
    """Where a job looks for what its channels have."""
    folders = {name: _folder(one) for name, one in table.get("channels", {}).items()}
    found: list[str] = []
    shown: set[str] = set()
    for key, templates in (("paths", table.get("paths", {})), ("arguments", table.get("arguments", {}))):
        for path, template in templates.items():
            head, _, rest = template.partition("}")
            name = head.removeprefix("{channel:")
            if head.startswith("{channel:") and name in folders:
                shown.add(name)
                found.append(path if key == "paths" else posixpath.normpath(f"{folders[name]}{rest}"))
    return found + [folder for name, folder in folders.items() if name not in shown and folder]


def without_nested(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config without links below other links, which show the same: a pipeline names files, code their folder."""
    jobs = {name: without_nested(job) for name, job in config.get("jobs", {}).items()}
    tables, paths = {**config, **({"jobs": jobs} if jobs else {})}, config.get("paths", {})
    kept = {path: to for path, to in paths.items() if not any(path.startswith(f"{one}/") for one in paths)}
    return {**tables, "paths": kept} if kept else tables


def _folder(channel: Any) -> str:
    text = channel.get("local", "") if isinstance(channel, Mapping) else channel
    return posixpath.normpath(text) if isinstance(text, str) and text else ""


def _and(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
