"""From the flight-delays example to an image in a registry: Skylift beside ``docker build`` and pip."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.builders import Builder, Docker, Site, Skylift
from benchmarks.measure import Row, folder_size, median, table
from benchmarks.package_index import serving, wheels_for
from tests import services

EXAMPLE = Path(__file__).parents[1] / "examples" / "flight-delays"
SCENARIOS = ("all cold", "code change, warm", "code change, cold machine")

Measured = dict[str, list[tuple[float, float]]]
"""Seconds and pushed megabytes of each run, by scenario."""


def report(runs: int) -> str:
    """Medians over ``runs`` rounds; each round has a registry of its own.

    :raises Unavailable: when there is no Docker Engine, registry or base.
    """
    machine = services.Machine(dict(os.environ))
    ours: Measured = {scenario: [] for scenario in SCENARIOS}
    theirs: Measured = {scenario: [] for scenario in SCENARIOS}
    with services.docker_engine(machine) as engine:
        for _ in range(runs):
            _round(machine, engine, ours, theirs)
    rows = [_row(scenario, which, ours, theirs) for scenario in SCENARIOS for which in (0, 1)]
    return table(f"image, build and push (median of {runs})", Skylift.name, Docker.name, rows)


def _row(scenario: str, which: int, ours: Measured, theirs: Measured) -> Row:
    values = [median([run[which] for run in measured[scenario]]) for measured in (ours, theirs)]
    return Row(scenario, ("s", "MB pushed")[which], *values)


def _round(machine: services.Machine, engine: Mapping[str, str], ours: Measured, theirs: Measured) -> None:
    wheels = wheels_for(EXAMPLE / "requirements.txt")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        registry = stack.enter_context(services.oci_registry(machine))
        index = stack.enter_context(serving(wheels, scratch))
        base = services.push_base(machine, registry.host)
        site = Site(registry.host, base, index, _environment(engine))
        skylift = Skylift(site, scratch)
        skylift.lock(_copy(scratch / "ours"))
        docker = Docker(site, next(wheels.glob("pip-*.whl")))
        stack.callback(docker.forget)
        _copy(scratch / "theirs")
        _scenarios(skylift, scratch / "ours", registry.storage, ours)
        _scenarios(docker, scratch / "theirs", registry.storage, theirs)


def _environment(engine: Mapping[str, str]) -> dict[str, str]:
    # An environment or a repository that is set in this shell is not the benchmark's.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SKYLIFT_", "AWS_", "VIRTUAL_ENV"))}
    return {**kept, **engine}


def _copy(folder: Path) -> Path:
    """The example in a git repository of its own, as its owner has it."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".skylift", "pylock.*"))
    author = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "as it is"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def _scenarios(builder: Builder, project: Path, storage: Path, measured: Measured) -> None:
    builder.forget()
    for scenario in SCENARIOS:
        if scenario != SCENARIOS[0]:
            with (project / "flight_delays" / "train.py").open("a") as script:
                script.write(f"# {scenario}\n")
        if scenario == SCENARIOS[2]:
            builder.forget()
        before = folder_size(storage)
        seconds = builder.build_and_push(project)
        measured[scenario].append((seconds, (folder_size(storage) - before) / 1e6))
