"""The checks, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from skylift.project.checks.code import (
    absolute_paths,
    bool_types,
    files_left_out,
    not_understood,
    silence,
    writes_to_channels,
)
from skylift.project.checks.environment import environment, python_version, undeclared
from skylift.project.checks.places import (
    channels_and_git,
    large_files,
    links,
    missing_channels,
    missing_files,
    state,
)
from skylift.project.checks.secrets import shipping_secrets
from skylift.project.checks.settings import cloud, notebooks, unfilled, unknown_arguments, unknown_parameters
from skylift.project.checks.subject import Subject
from skylift.project.source.notebooks import in_cells
from skylift.values.finding import Finding

Check = Callable[[Subject], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    shipping_secrets,
    links,
    unknown_parameters,
    unknown_arguments,
    missing_channels,
    missing_files,
    files_left_out,
    undeclared,
    python_version,
    environment,
    bool_types,
    absolute_paths,
    writes_to_channels,
    large_files,
    state,
    notebooks,
    channels_and_git,
    unfilled,
    cloud,
    not_understood,
    silence,
)
_RANK = {"error": 0, "warning": 1, "note": 2}


def checked(subject: Subject) -> list[Finding]:
    """Everything that is found, the worst first."""
    found = dict.fromkeys(finding for check in CHECKS for finding in check(subject))
    return ranked([replace(one, where=in_cells(one.where), what=in_cells(one.what)) for one in found])


def ranked(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: _RANK[one.severity])
