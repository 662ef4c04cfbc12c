"""What ``init`` finds out about the places of one program, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from tests.functional.project.folder import Folder

from skylift.project.init.findings import Findings
from skylift.project.init.places import read_places
from skylift.project.parameters.reading import Option, Reading
from skylift.project.parameters.schema import read_parameters
from skylift.project.source.program import Program
from skylift.values.arguments import Parameter


def places(project: Folder, entry: str = "train.py", reading: Reading | None = None) -> Findings:
    program = Program.read(project.root, project.root / entry)
    assert program is not None
    return read_places(program, reading or read_parameters(project.root, entry))


def options(source: str, defaults: Mapping[str, object]) -> Reading:
    """As a reader of another kind of parser finds them: by dest, with their defaults."""
    found = [Option(Parameter(key, f"--{key}", default=value), key) for key, value in defaults.items()]
    return Reading(source, found)


def why(found: Findings, topic: str) -> str:
    return next(row.why for row in found.understood if row.topic == topic)
