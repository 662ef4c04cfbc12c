"""Options that want data for which no channel was found: what is said of them, and whether the config answers it."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from skylift.project.init.cloud import is_left, is_of_cloud
from skylift.project.init.merge import shown
from skylift.project.init.needs.declared import name_of
from skylift.project.init.needs.telling import IMPORTED
from skylift.values.project import Detection, Unbound
from skylift.values.references import slug
from skylift_runtime.contract import DEFAULT_JOB

FILE, _FOLDER = "FILE", "FOLDER"
"""What stands for a name that only the user knows."""
MODEL = "model"
"""The channel of a model that another run has made."""


def said(one: Unbound, jobs: Sequence[str] = ()) -> str:
    """One paragraph, and below it the lines to paste.

    :param jobs: all that want the same of an option by that name.
    """
    also = f" (the same in {', '.join(job or DEFAULT_JOB for job in jobs[1:])})" if jobs[1:] else ""
    above = f"jobs.{one.job}." if one.job not in ("", DEFAULT_JOB) else ""
    if one.todo:
        return f"{one.flag} {one.what}{also}: {one.todo}"
    whose = (
        f"the folder of a trained model for {_FOLDER} (skylift pull RUN gets one)"
        if one.name == MODEL
        else ""
    )
    where = f"if it is in {one.folder}" if one.folder else f"with {whose or f'its folder for {_FOLDER}'}"
    where += f", its name there for {FILE}" if one.file == FILE else ""
    name = (
        one.channel
        or one.name
        or slug(posixpath.basename(one.folder) or one.key, limit=60, allowed="A-Za-z0-9._")
        or "data"
    )
    template = f"{{channel:{name}}}" + (f"/{one.file}" if one.file else "")
    lines = [] if one.channel else [f'[{above}channels] {shown((name,))} = "{one.folder or _FOLDER}"']
    lines.append(f'[{above}arguments] {shown((one.key,))} = "{template}"')
    return "\n".join([f"{one.flag} {one.what}{also}: {where}, write", *lines])


def together(left: Sequence[str], unbound: Sequence[Unbound]) -> tuple[str, ...]:
    """All that is left to the user, in order; what several jobs want of one option is said once."""
    groups: dict[Unbound, list[Unbound]] = {}
    for one in unbound:
        groups.setdefault(_gist(one), []).append(one)
    lines = {
        said(replace(one, job="")): said(group[0], [each.job for each in group])
        for group in groups.values()
        for one in group
    }
    return tuple(dict.fromkeys(lines.get(line, line) for line in left))


def _gist(one: Unbound) -> Unbound:
    """What two of them have in common that want the same, each in a line of its own."""
    return replace(one, what=one.gist, job="")


def still_left(found: Detection, now: Mapping[str, Any]) -> Detection:
    """Without what the config that is there answers."""
    answered = {one for one in found.unbound if _is_answered(one, now)}
    open_ = [one for one in found.unbound if one not in answered]
    waiting = {line: None for one in open_ for line in together([said(replace(one, job=""))], open_)}
    all_ = {line for one in found.unbound for line in together([said(replace(one, job=""))], found.unbound)}
    at = next((n for n, line in enumerate(found.left_to_you) if line in all_), 0)
    named = set(map(name_of, map(str, now.get("dependencies") or ())))
    rest = [
        line
        for line in found.left_to_you
        if line not in all_ and (not is_of_cloud(line) or is_left(now)) and not _is_named(line, named)
    ]
    return replace(found, left_to_you=(*rest[:at], *waiting, *rest[at:]))


def _is_named(line: str, packages: Collection[str]) -> bool:
    """Whether a line is on an import for whose package the config has a name that is as good as the same."""
    module, imported, _ = line.partition(IMPORTED)
    return bool(imported) and canonicalize_name(module) in packages


def _is_answered(one: Unbound, config: Mapping[str, Any]) -> bool:
    jobs = config.get("jobs")
    table: Any = config
    if one.job not in ("", DEFAULT_JOB):
        table = jobs.get(one.job) if isinstance(jobs, Mapping) else None
    tables = (
        (table.get(key) for key in ("arguments", "hyperparameters")) if isinstance(table, Mapping) else ()
    )
    names = {str(name).replace("-", "_") for each in tables if isinstance(each, Mapping) for name in each}
    return any(name.replace("-", "_") in names for name in one.names)
