"""The pipeline, before it is spelled for anyone: check, approval, build and push, train."""

from __future__ import annotations

import shlex
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One job of the pipeline: shell commands in a clean checkout."""

    name: str
    commands: tuple[str, ...]
    needs: tuple[str, ...] = ()
    approval: bool = False
    """A person has to say yes first; such a stage has no commands."""


@dataclass(frozen=True)
class Pipeline:
    project: str
    python: str
    stages: tuple[Stage, ...]


def pipeline(project: str, *, python: str, target: str, version: str) -> Pipeline:
    """Check, ask, build, train, over our own commands; nothing in it needs Docker.

    >>> [stage.name for stage in pipeline("p", python="3.11", target="gpu", version="0.1.0").stages]
    ['check', 'approve', 'build', 'train']
    """
    install = f"python -m pip install --quiet skylift=={version}"
    on = shlex.quote(target)
    return Pipeline(
        project,
        python,
        (
            Stage("check", (install, "skylift config --json > /dev/null", "skylift lock --locked")),
            Stage("approve", (), needs=("check",), approval=True),
            Stage("build", (install, "skylift build --push --locked"), needs=("approve",)),
            Stage("train", (install, f"skylift run --on {on} --locked"), needs=("build",)),
        ),
    )
