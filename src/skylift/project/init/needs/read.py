"""What a project needs to run: its Python, the packages that it declares, those that it only imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skylift.project.init.findings import Findings
from skylift.project.init.needs.choice import Choice
from skylift.project.init.needs.conda import broken_environments
from skylift.project.init.needs.docker_images import image_notes
from skylift.project.init.needs.gathered import Gathered
from skylift.project.init.needs.installed import find_environment
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.pythons import Evidence, read_python
from skylift.project.init.needs.requirement_lines import Place, read_lines
from skylift.project.init.needs.sources import (
    addressed,
    configured_places,
    tell_sources,
)
from skylift.project.init.needs.telling import tell_imports, tell_others, tell_packages
from skylift.project.source.program import Program

_NO_VARIABLES: Mapping[str, str] = {}


def read_needs(
    root: Path,
    pyproject: Mapping[str, Any],
    programs: Sequence[Program],
    variables: Mapping[str, str] = _NO_VARIABLES,
) -> Findings:
    """The keys ``python``, ``requirements``, ``dependencies``, ``extras`` and ``groups``.

    :param programs: of all jobs; what they import has to come from somewhere.
    :param variables: of the environment: which virtual environment is active.
    """
    listing = Listing.of(root, [program.name for program in programs])
    needs = Gathered(listing, pyproject, programs, find_environment(root, variables))
    choice = needs.chosen()
    found = Findings()
    pythons = [(one.python, one.where) for one in needs.frameworks if one.python]
    evidence = Evidence(
        needs.listing, pyproject, programs, needs.conda, needs.environment, pythons, choice.lines
    )
    read_python(evidence, found)
    tell_packages(needs, choice, found)
    tell_others(needs, choice, found)
    tell_imports(choice, found)
    tell_sources([*_places(needs.listing, choice), *configured_places(needs.listing, pyproject)], found)
    found.left += [*broken_environments(listing), *image_notes(listing)]
    return found


def _places(listing: Listing, choice: Choice) -> Iterator[Place]:
    for one in choice.taken:
        for name in one.files:
            yield from read_lines(listing.root, name).places
        yield from one.places
        yield from addressed(one.beside if one.files else one.lines, one.source)
    for extra in choice.extras:
        yield from addressed(extra.lines, f"pyproject.toml {extra.key} {extra.name}")
