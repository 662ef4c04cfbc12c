"""The start table, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from skylift.emulator.start import start_of

IMAGE_ENTRYPOINT = ["python", "-m", "runtime"]


@pytest.mark.parametrize(
    ("algorithm", "command"),
    [
        ({}, ("python", "-m", "runtime", "train")),
        ({"ContainerEntrypoint": ["bash", "run.sh"]}, ("bash", "run.sh")),
        ({"ContainerArguments": ["--fast"]}, ("python", "-m", "runtime", "--fast")),
        ({"ContainerEntrypoint": ["bash"], "ContainerArguments": ["-c", "x y"]}, ("bash", "-c", "x y")),
    ],
)
def test_the_effective_command(algorithm: dict[str, Any], command: tuple[str, ...]) -> None:
    assert start_of({"AlgorithmSpecification": algorithm}).command(IMAGE_ENTRYPOINT) == command


@pytest.mark.parametrize(
    ("algorithm", "arguments"),
    [
        ({}, ("img", "train")),
        ({"ContainerEntrypoint": ["bash", "run.sh"]}, ("--entrypoint", "bash", "img", "run.sh")),
        ({"ContainerArguments": ["--fast"]}, ("img", "--fast")),
        (
            {"ContainerEntrypoint": ["bash"], "ContainerArguments": ["-c", "x y"]},
            ("--entrypoint", "bash", "img", "-c", "x y"),
        ),
    ],
)
def test_what_docker_gets(algorithm: dict[str, Any], arguments: tuple[str, ...]) -> None:
    assert start_of({"AlgorithmSpecification": algorithm}).docker_arguments("img") == arguments
