"""Results that a pipeline declares are of the kind that it says, whatever the code makes them look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from skylift.project.init.findings import Findings
from skylift.project.init.tables import is_covered

_RESULTS = ("{model}", "{output}")
Rules = Mapping[str, list[str]]


def keep_declared(part: Findings, known: Mapping[str, Any]) -> None:
    """What the code tells comes to what is declared of a job."""
    declared: Rules = known.get("collect", {})
    ours: Rules = part.config.get("collect", {})
    if declared and "paths" in part.config:
        paths = part.config["paths"] = _paths(part.config["paths"], declared)
        part.understood = [
            replace(row, value=paths.get(row.topic.removeprefix("path "), row.value))
            if row.topic.startswith("path ")
            else row
            for row in part.understood
        ]
    if not declared or not ours:
        return
    part.config["collect"] = _collect(ours, declared)
    said = {rule for rules in _new(ours, declared).values() for rule in rules}
    part.understood = [
        row for row in part.understood if not row.topic.startswith("collect ") or row.value in said
    ]


def as_declared(
    config: Mapping[str, Any], known: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The tables of a job as they will be.

    :param beside: those of the other commands of its program. What two of them collect may be written by either:
        it is taken for neither's.
    """
    declared: Rules = known.get("collect", {})
    shared = {rule for other in beside for rules in other.get("collect", {}).values() for rule in rules}
    ours: Rules = {
        kind: [rule for rule in rules if rule not in shared]
        for kind, rules in config.get("collect", {}).items()
    }
    return {
        **config,
        "paths": _paths(config.get("paths", {}), declared),
        "collect": _collect(ours, declared),
    }


def _paths(paths: Mapping[str, str], declared: Rules) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, place in paths.items():
        kinds = [kind for kind, rules in declared.items() if is_covered(f"{path}/**", rules)]
        found[path] = f"{{{kinds[0]}}}" if kinds and place in _RESULTS else place
    return found


def _new(ours: Rules, declared: Rules) -> dict[str, list[str]]:
    every = [rule for rules in declared.values() for rule in rules]
    return {kind: [rule for rule in rules if not is_covered(rule, every)] for kind, rules in ours.items()}


def _collect(ours: Rules, declared: Rules) -> dict[str, list[str]]:
    new = _new(ours, declared)
    merged = {
        kind: [*declared.get(kind, ()), *new.get(kind, ())] for kind in dict.fromkeys((*declared, *new))
    }
    return {kind: rules for kind, rules in merged.items() if rules}
