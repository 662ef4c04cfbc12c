"""Holds what was understood of a project against what is right, and says each difference in a line.

The keys of ``expect.json`` that are about one job:

``entry-point``, ``command``
    One spelling, or a list of those that are as good; null: it must not be proposed.
``starts``
    The program (or programs that are as good) that an entry point names or a command starts, where both will do.
``parameters``
    By key, the fields that matter; types that are as good stand in a list. No other may be found, unless ``more`` is true. ``train: lr`` is the one of
    the sub-command ``train``.
``complete``, ``commands``
    Of the schema.
``channels``
    The folders, whatever the channels are called; as a table where the code itself gives the names.
``arguments``
    Templates by key; ``channel:data/train`` is the channel of that folder, null stands for no binding.
``reads``
    Hard-coded paths that have to lead, through a channel, to the same path of the project, or to the one given.
``kept``
    Files that the program writes, and what they have to be kept as.
``hyperparameters``, ``metrics``
    As in the config.

Those about the project: ``others`` (the jobs besides the one that trains, by program), ``requirements``, ``extras``,
``groups``, ``dependencies`` (names; ``dependencies-too`` are as good), ``python``, ``targets``, ``aws``,
``candidates``, ``said`` (expressions found somewhere in the report), ``unsure`` (topics), ``never`` (expressions the
config must not have), ``unsaid`` (nor the report).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from skylift.project.parameters.schema import read_parameters
from skylift.values.arguments import Parameter, Schema
from skylift.values.project import Detection
from skylift_runtime.outputs import pattern

_CHANNEL = re.compile(r"\{channel:([^}]+)\}")
_KINDS = ("model", "output", "checkpoints")


def differences(expected: Mapping[str, Any], found: Detection, root: Path) -> list[str]:
    """Every way in which a detection is not what it should be."""
    config = json.loads(json.dumps(found.config))
    return [
        *_job("", expected, config, root),
        *_others(expected, config, root),
        *_needs(expected, config),
        *_report(expected, found, config),
    ]


def report_lines(found: Detection) -> list[str]:
    """All that the user reads, one line a row."""
    rows = [f"{row.topic} | {row.value} | {row.why}" for row in found.understood]
    return [*rows, *(f"left | {line}" for line in found.left_to_you), f"candidates | {found.candidates}"]


def _job(where: str, expected: Mapping[str, Any], job: Mapping[str, Any], root: Path) -> Iterator[str]:
    for key in ("entry-point", "command"):
        if key in expected and not _fits(expected[key], job.get(key)):
            yield _line(where + key, expected[key], job.get(key))
    programs = _several(expected.get("starts", []))
    if programs and not set(programs) & _started(job):
        yield _line(where + "what it starts", programs, job.get("entry-point") or job.get("command"))
    entry = expected.get("program") or _chosen(job, _several(expected.get("entry-point") or programs))
    if entry and {"parameters", "complete", "commands"} & set(expected):
        yield from _schema(where, expected, read_parameters(root, entry).schema())
    yield from _channels(where, expected, job)
    yield from _arguments(where, expected, job)
    yield from _paths(where, expected, job)
    for key in ("hyperparameters", "metrics"):
        if key in expected and job.get(key, {}) != expected[key]:
            yield _line(where + key, expected[key], job.get(key, {}))


def _others(expected: Mapping[str, Any], config: Mapping[str, Any], root: Path) -> Iterator[str]:
    if "others" not in expected:
        return
    found = list(config.get("jobs", {}).values())
    if len(found) != len(expected["others"]):
        yield _line("other jobs", sorted(expected["others"]), [sorted(_started(job)) for job in found])
    for program, wanted in expected["others"].items():
        job = next((job for job in found if program in _started(job)), None)
        if job is None:
            yield f"other jobs: none starts {program}"
        else:
            yield from _job(f"{program}: ", {"starts": program, **wanted}, job, root)


def _schema(where: str, expected: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    if "complete" in expected and schema.complete != expected["complete"]:
        yield _line(where + "complete", expected["complete"], schema.complete) + f"; notes {schema.notes}"
    if "commands" in expected and sorted(schema.commands) != sorted(expected["commands"]):
        yield _line(where + "commands", expected["commands"], schema.commands)
    if "parameters" not in expected:
        return
    found = {_parameter_name(parameter): parameter for parameter in schema.parameters}
    wanted = {_alike(key): fields for key, fields in expected["parameters"].items()}
    missing, more = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if missing:
        yield f"{where}parameters: missing {', '.join(missing)}"
    if more and not expected.get("more"):
        yield f"{where}parameters: there is no {', '.join(more)}"
    for key in sorted(set(wanted) & set(found)):
        for field, value in wanted[key].items():
            actual = _plain(getattr(found[key], field))
            as_good = value if field == "type" and isinstance(value, list) else [value]
            if not any(type(actual) is type(one) and actual == one for one in as_good):
                yield _line(f"{where}parameter {key}: {field}", value, actual)


def _channels(where: str, expected: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[str]:
    if "channels" not in expected:
        return
    folders = {name: _local(channel) for name, channel in job.get("channels", {}).items()}
    wanted = expected["channels"]
    found = folders if isinstance(wanted, dict) else sorted(str(folder) for folder in folders.values())
    if found != (wanted if isinstance(wanted, dict) else sorted(wanted)):
        yield _line(where + "channels", wanted, folders)


def _arguments(where: str, expected: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[str]:
    bound = {_alike(key): _resolved(text, job) for key, text in job.get("arguments", {}).items()}
    for key, wanted in expected.get("arguments", {}).items():
        if not _fits(wanted, bound.get(_alike(key))):
            yield _line(f"{where}argument {key}", wanted, bound.get(_alike(key)))


def _paths(where: str, expected: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[str]:
    reads = expected.get("reads", ())
    for path, there in (reads if isinstance(reads, dict) else dict(zip(reads, reads, strict=True))).items():
        template = _through(path, job)
        if template != f"channel:{there}":
            yield _line(f"{where}what it reads at {path}", f"channel:{there}", template)
    for path, kinds in expected.get("kept", {}).items():
        kept = [kind for kind in _KINDS if _is_kept(path, kind, job)]
        if not set(kept) & set(_several(kinds)):
            yield _line(f"{where}what it writes to {path}", kinds, kept)


def _through(path: str, job: Mapping[str, Any]) -> str | None:
    """A hard-coded path as ``[paths]`` has it in the job, with channels resolved to their folders."""
    laid = {PurePosixPath(key): text for key, text in job.get("paths", {}).items()}
    whole = PurePosixPath(path)
    for known in (whole, *whole.parents):
        if known in laid:
            rest = whole.relative_to(known).as_posix()
            start = _resolved(laid[known], job)
            return start if rest == "." else f"{start.rstrip('/')}/{rest}"
    return None


def _is_kept(path: str, kind: str, job: Mapping[str, Any]) -> bool:
    if (_through(path, job) or "").startswith(f"{{{kind}}}"):
        return True
    globs = job.get("collect", {}).get(kind, ())
    return any(re.fullmatch(pattern(glob), path, re.DOTALL) for glob in globs)


def _needs(expected: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    if "dependencies" in expected:
        given = config.get("dependencies", ())
        names = sorted({canonicalize_name(Requirement(text).name) for text in given})
        allowed = {*expected["dependencies"], *expected.get("dependencies-too", ())}
        if not set(expected["dependencies"]) <= set(names) <= allowed:
            yield _line("dependencies", sorted(expected["dependencies"]), names)
    for key in ("requirements", "extras", "groups", "python", "targets", "aws"):
        if key in expected and not _fits(expected[key], _part(config.get(key), expected[key])):
            yield _line(key, expected[key], config.get(key))


def _part(found: object, expected: object) -> object:
    """Of a table only what is asked for, however deep."""
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        return {key: _part(found[key], expected[key]) for key in expected if key in found}
    return found


def _report(expected: Mapping[str, Any], found: Detection, config: Mapping[str, Any]) -> Iterator[str]:
    lines, text = report_lines(found), json.dumps(config, ensure_ascii=False)
    for wanted in expected.get("said", ()):
        if not any(re.search(wanted, line, re.IGNORECASE) for line in lines):
            yield f"report: nothing says /{wanted}/"
    for topic in expected.get("unsure", ()):
        if any(row.sure for row in found.understood if row.topic.startswith(topic)):
            yield f"report: `{topic}` is not as sure as it says"
    for unwanted in (*expected.get("never", ()), *expected.get("unsaid", ())):
        if re.search(unwanted, text):
            yield f"config: it has /{unwanted}/"
    for unwanted in expected.get("unsaid", ()):
        yield from (f"report: it says /{unwanted}/: {line}" for line in lines if re.search(unwanted, line))
    shown = str(found.candidates)
    yield from (f"candidates: {one} is missing" for one in expected.get("candidates", ()) if one not in shown)


def _resolved(template: str, job: Mapping[str, Any]) -> str:
    channels = job.get("channels", {})
    return _CHANNEL.sub(lambda match: f"channel:{_local(channels.get(match[1]))}", template)


def _local(channel: object) -> object:
    return channel.get("local") if isinstance(channel, Mapping) else channel


def _fits(wanted: object, found: object) -> bool:
    """A list of texts is a choice between them, a list of lists one between lists."""
    if isinstance(wanted, list) and not isinstance(found, list):
        return found in wanted
    if isinstance(wanted, list) and any(isinstance(one, list) for one in wanted):
        return found in wanted
    return found == wanted


def _started(job: Mapping[str, Any]) -> set[str]:
    return {str(job.get("entry-point")), *job.get("command", ())}


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _chosen(job: Mapping[str, Any], good: list[str]) -> str:
    """The program to read: the one that was found where it is right, so that one mistake is not told twice."""
    entry = str(job.get("entry-point"))
    return entry if entry in good else next(iter(good), "")


def _parameter_name(parameter: Parameter) -> str:
    return _alike(f"{parameter.command}: {parameter.key}" if parameter.command else parameter.key)


def _alike(key: str) -> str:
    return key.replace("-", "_")


def _plain(value: object) -> object:
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _line(what: str, wanted: object, found: object) -> str:
    return f"{what}: should be {wanted!r}, is {found!r}"
