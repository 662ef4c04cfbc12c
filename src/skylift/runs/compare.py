"""What differs between runs. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from skylift.runs.verdicts import metrics_of, objective_of
from skylift.values.comparison import Comparison, Difference
from skylift.values.record import Record
from skylift.values.secrets import HIDDEN, names_secret
from skylift_runtime.contract import FIGURES_VARIABLE, GRACE_VARIABLE, JOB_VARIABLE, SECRET_PREFIX

_RUN = (
    ("job", "Skylift.job"),
    ("user", "Skylift.user"),
    ("again of", "Skylift.like.run"),
)
_CODE = (
    ("commit", "Skylift.revision.commit"),
    ("branch", "Skylift.revision.branch"),
    ("uncommitted changes", "Skylift.revision.diff"),
    ("files that ship", "Skylift.revision.code"),
    ("lock", "Skylift.lock"),
)
_PLACE = (
    ("target", "Skylift.target"),
    ("backend", "Skylift.backend"),
    ("instance", "ResourceConfig.InstanceType"),
    ("instances", "ResourceConfig.InstanceCount"),
    ("volume", "ResourceConfig.VolumeSizeInGB"),
    ("max-run", "StoppingCondition.MaxRuntimeInSeconds"),
    ("image", "Skylift.image.digest"),
    ("packages", "Skylift.interpreter.freeze"),
)
OF_OURS = frozenset({JOB_VARIABLE, GRACE_VARIABLE, FIGURES_VARIABLE})
"""Variables that we set for each job; nothing that a script computes depends on them."""


def compare(records: Sequence[Record], baseline: int = 0) -> Comparison:
    """Put runs side by side: what they were given, where they differ, how they did."""
    rows = [
        *_at(records, "run", _RUN),
        *_by_key("parameter", [record.at("Skylift.arguments") for record in records]),
        Difference("parameter", "after --", tuple(_raw(record) for record in records)),
        *_at(records, "code", _CODE),
        *_at(records, "environment", _PLACE),
        Difference("environment", "python", tuple(_minor(record) for record in records)),
        *_variables(records),
        *_channels(records),
    ]
    status = Difference("run", "status", tuple(record.status for record in records))
    return Comparison(
        runs=tuple(record.name for record in records),
        differences=(status, *(row for row in rows if not row.same)),
        metrics=metrics_of(records, baseline),
        baseline=baseline,
        objective=objective_of(records),
    )


def _at(records: Sequence[Record], topic: str, paths: Iterable[tuple[str, str]]) -> list[Difference]:
    return [Difference(topic, name, tuple(record.at(path) for record in records)) for name, path in paths]


def _by_key(topic: str, tables: Sequence[Any]) -> list[Difference]:
    found = [table if isinstance(table, Mapping) else {} for table in tables]
    names = sorted({str(name) for table in found for name in table})
    return [Difference(topic, name, tuple(table.get(name) for table in found)) for name in names]


def _raw(record: Record) -> str:
    raw = record.at("Skylift.raw")
    return shlex.join(map(str, raw)) if isinstance(raw, list) else ""


def _variables(records: Sequence[Record]) -> list[Difference]:
    """Of secrets a job has references only; other variables are compared by value, and not those that we set."""
    tables = [record.at("Environment") for record in records]
    variables = [
        {name: value for name, value in table.items() if name not in OF_OURS}
        for table in (one if isinstance(one, Mapping) else {} for one in tables)
    ]
    secrets = [
        {
            name.removeprefix(SECRET_PREFIX): said
            for name, said in table.items()
            if name.startswith(SECRET_PREFIX)
        }
        for table in variables
    ]
    others = [
        {
            f"${name}": _unsaid(name, said)
            for name, said in table.items()
            if not name.startswith(SECRET_PREFIX)
        }
        for table in variables
    ]
    return [*_by_key("environment", others), *_by_key("secret", secrets)]


def _unsaid(name: str, value: Any) -> Any:
    return HIDDEN if names_secret(name) else value


def _channels(records: Sequence[Record]) -> list[Difference]:
    tables = [record.at("Skylift.channels") for record in records]
    return _by_key(
        "data",
        [
            {name: identity(channel) for name, channel in table.items()} if isinstance(table, Mapping) else {}
            for table in tables
        ],
    )


def _minor(record: Record) -> str:
    # An image is chosen by minor version, an interpreter here also knows its patch.
    return ".".join(str(record.at("Skylift.interpreter.python") or "-").split(".")[:2])


def identity(channel: Any) -> Any:
    """What tells the content of a channel from another: version, fingerprint, or the place it lies at."""
    if not isinstance(channel, Mapping):
        return None
    return channel.get("version") or channel.get("fingerprint") or channel.get("source")
