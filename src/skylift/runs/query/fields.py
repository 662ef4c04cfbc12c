"""What can be asked of a run, and what a run answers: the values of a field, none where it is missing."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from skylift.runs import chosen
from skylift.runs.query.tree import Field
from skylift.values.record import Record

Values = tuple[Any, ...]
TEXT, WORDS, HASH, NUMBER, SPAN, MOMENT, TRUTH, ANY = (
    "text", "words", "hash", "number", "duration", "date", "truth", "any",
)  # fmt: skip
OBJECTIVE = "objective"
STATES = (
    "completed", "failed", "stopped", "stopping", "inprogress", "running", "starting", "pending", "downloading",
    "training", "uploading", "interrupted", "maxruntimeexceeded", "maxwaittimeexceeded", "launchingmlinstances",
    "preparingtrainingstack", "downloadingtrainingimage", "restarting", "updating",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One field of the language."""

    type: str
    doc: str
    read: Callable[[Record, str, datetime], Values]
    named: str = ""
    """What stands behind the colon; empty for a field without a name."""


def values_of(field: Field, record: Record, now: datetime) -> Values:
    """What a run has at this field; nothing where it is missing. The first is what is shown and sorted by."""
    return KINDS[field.kind].read(record, field.name, now)


def parameter(record: Record, name: str) -> Any:
    """A parameter by its name, ``-`` and ``_`` alike; None for none."""
    for key in ("arguments", "given"):
        table = record.ours.get(key)
        if isinstance(table, dict):
            if name in table:
                return table[name]
            wanted = name.replace("_", "-")
            found = [value for key, value in table.items() if key.replace("_", "-") == wanted]
            if found:
                return found[0]
    return None


def text(value: Any) -> str:
    """A value as it is compared with a text.

    >>> [text(value) for value in ("adam", True, [1, "a"], 0.1)]
    ['adam', 'true', '[1, "a"]', '0.1']
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _some(values: Iterable[Any]) -> Values:
    return tuple(value for value in values if value is not None and value != "")


def _at(*paths: str) -> Callable[[Record, str, datetime], Values]:
    return lambda record, _name, _now: _some(record.at(path) for path in paths)


def _status(record: Record, _name: str, _now: datetime) -> Values:
    return (record.state, record.status, *(() if record.terminal else ("running",)))


def _name(record: Record, _name: str, _now: datetime) -> Values:
    # The letters at the end are a name as well, and so are they with the time.
    parts = record.name.rsplit("-", 2)
    return tuple(dict.fromkeys([record.name, parts[-1], "-".join(parts[1:]) or record.name]))


def _age(record: Record, _name: str, now: datetime) -> Values:
    began = record.time("CreationTime")
    return (max(0.0, (now - began).total_seconds()),) if began else ()


def _duration(record: Record, _name: str, now: datetime) -> Values:
    began, ended = record.time("CreationTime"), record.time("TrainingEndTime")
    ended = ended or (None if record.terminal else now)
    return (max(0.0, (ended - began).total_seconds()),) if began and ended else ()


def _reason(record: Record, _name: str, _now: datetime) -> Values:
    return _some([record.reason])


def _data(record: Record, name: str, _now: datetime) -> Values:
    channels = record.at("Skylift.channels")
    found = channels.get(name) if isinstance(channels, dict) else None
    return _some(map(found.get, ("version", "fingerprint", "source"))) if isinstance(found, dict) else ()


def _raw(record: Record, _name: str, _now: datetime) -> Values:
    found = record.at("Skylift.raw")
    return (shlex.join(map(str, found)),) if isinstance(found, list) and found else ()


def _dirty(record: Record, _name: str, _now: datetime) -> Values:
    return _some([record.at("Skylift.revision.dirty")])


KINDS: dict[str, Kind] = {
    "run": Kind(TEXT, "the same as name", _name),
    "name": Kind(TEXT, "the run's name; its end is enough", _name),
    "status": Kind(WORDS, "Completed, Failed, Stopped, running, or the phase that it is in", _status),
    "job": Kind(TEXT, "which of the project's jobs", _at("Skylift.job")),
    "target": Kind(TEXT, "where it ran: local, docker, …", _at("Skylift.target")),
    "user": Kind(TEXT, "who started it", _at("Skylift.user")),
    "age": Kind(SPAN, "how long ago it was created: age < 2d", _age),
    "duration": Kind(SPAN, "how long it took, or has been running: duration > 10m", _duration),
    "created": Kind(
        MOMENT,
        "when: created > 2026-11-01, created < 2026-11-01T14:30",
        lambda record, _name, _now: _some([record.time("CreationTime")]),
    ),
    "param": Kind(
        ANY,
        "a parameter, defaults included; - and _ are alike",
        lambda record, name, _now: _some([parameter(record, name)]),
        "NAME",
    ),
    "raw": Kind(TEXT, "what was passed on behind `--`", _raw),
    "metric": Kind(
        NUMBER,
        "a metric's best value, or its last where nothing says which way is better",
        lambda record, name, _now: _some([chosen.value(record, name)]),
        "NAME",
    ),
    "best": Kind(
        NUMBER, "its best value", lambda record, name, _now: _some([chosen.best(record, name)]), "NAME"
    ),
    "last": Kind(
        NUMBER, "its last value", lambda record, name, _now: _some([chosen.last(record, name)]), "NAME"
    ),
    OBJECTIVE: Kind(
        NUMBER,
        "the value of the metric that the runs of a job are judged by; downwards, the best first",
        lambda record, _name, _now: _some([chosen.value(record, chosen.objective(record))]),
    ),
    "data": Kind(HASH, "the version of a channel's data", _data, "CHANNEL"),
    "commit": Kind(HASH, "the commit; its beginning is enough", _at("Skylift.revision.commit")),
    "branch": Kind(TEXT, "the branch", _at("Skylift.revision.branch")),
    "dirty": Kind(TRUTH, "whether there were uncommitted changes", _dirty),
    "code": Kind(HASH, "the hash of the files that ship", _at("Skylift.revision.code")),
    "lock": Kind(HASH, "the hash of the lock", _at("Skylift.lock")),
    "image": Kind(
        HASH,
        "the image: reference or digest",
        _at("Skylift.image.reference", "Skylift.image.digest", "AlgorithmSpecification.TrainingImage"),
    ),
    "instance": Kind(TEXT, "the instance type", _at("ResourceConfig.InstanceType")),
    "python": Kind(
        HASH, "the interpreter's version; its beginning is enough", _at("Skylift.interpreter.python")
    ),
    "reason": Kind(TEXT, "why it failed", _reason),
    "like": Kind(TEXT, "the run that it repeats", _at("Skylift.like.run")),
}
