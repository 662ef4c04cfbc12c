"""All that may declare something, and what is taken of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from skylift.project.init.needs.choice import Choice
from skylift.project.init.needs.conda import Environment as CondaEnvironment
from skylift.project.init.needs.conda import conda_environment
from skylift.project.init.needs.declared import Declared
from skylift.project.init.needs.imports import foreign_imports
from skylift.project.init.needs.inline_metadata import inline_needs
from skylift.project.init.needs.installed import Environment
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.pip_commands import commands, docker_needs, readme_needs
from skylift.project.init.needs.pipfile import pipfile_needs
from skylift.project.init.needs.poetry import poetry_needs, poetry_others
from skylift.project.init.needs.pyproject_tables import optional_needs, pdm_others, project_needs
from skylift.project.init.needs.requirement_files import file_needs, is_above, other_files, ranked_files
from skylift.project.init.needs.requirement_lines import read_lines
from skylift.project.init.needs.sagemaker_calls import Framework, frameworks
from skylift.project.init.needs.setup_files import setup_needs
from skylift.project.init.needs.wheels_until import obtainable
from skylift.project.source.notebooks import notebook_of
from skylift.project.source.program import Program
from skylift_runtime.notebook_file import SUFFIX


@dataclass(frozen=True)
class Gathered:
    """Everything that may declare something, read when it is asked."""

    listing: Listing
    pyproject: Mapping[str, Any]
    programs: Sequence[Program]
    environment: Environment

    @cached_property
    def conda(self) -> CondaEnvironment | None:
        return conda_environment(self.listing)

    @cached_property
    def frameworks(self) -> tuple[Framework, ...]:
        return tuple(frameworks(self.listing))

    @cached_property
    def files(self) -> list[Declared]:
        return [file_needs(self.listing, name) for name in ranked_files(self.listing, self.programs)]

    @cached_property
    def declared(self) -> list[Declared]:
        """The declarations that stand for themselves, the most binding first."""
        setup = setup_needs(self.listing)
        # A setup.py that reads a requirements file says what belongs to it besides.
        by_file = [setup] if setup is not None and setup.files else []
        found: list[Declared | None] = [
            inline_needs(program.name, self.listing.text(program.name)) for program in self.programs[:1]
        ]
        found += [project_needs(self.listing, self.pyproject), poetry_needs(self.pyproject)]
        near = [one for one in self.files if not self._is_aside(one)]
        found += [*by_file, *near, pipfile_needs(self.listing)]
        found += [self.conda.declared() if self.conda else None, *([] if by_file else [setup])]
        found += [one for one in self.files if self._is_aside(one)]
        return [one for one in found if one is not None]

    def hints(self) -> Iterator[Declared]:
        """What is written for people and machines, and declares nothing: good for what nothing else brings."""
        for name in other_files(self.listing, self.programs):
            yield replace(file_needs(self.listing, name), files=(), left=())
        yield poetry_others(self.pyproject)
        yield from pdm_others(self.pyproject)
        for one in self.frameworks:
            lines = tuple(map(obtainable, one.lines))
            old = [line for line in one.lines if line not in lines]
            notes = [
                f"{line} has no wheel for Python 3.8 or later: the code may want changes" for line in old
            ]
            yield Declared(f"{one.where} asks for that container", lines, sure=False, notes=tuple(notes))
        yield from docker_needs(self.listing)
        yield from readme_needs(self.listing)

    def chosen(self) -> Choice:
        """The first declaration as it stands; of others only what the program imports and nothing brings yet."""
        choice = Choice(foreign_imports(self.programs), self.environment)
        optional = optional_needs(self.pyproject)
        first = next((one for one in self.declared if self._stands(one, choice)), None)
        if first is not None:
            choice.take(self._whole(first))
        choice.extras += [one for one in optional if one.trains]
        for one in self.declared:
            helpful = choice.helps(one.names) if one is not first else set()
            if helpful and first is not None and self._is_aside(one):
                # Of something beside the program not all is meant for it.
                choice.take(replace(one.only(helpful), files=()))
            elif helpful:
                choice.take(one if one.files else one.only(helpful))
        for extra in optional:
            if extra not in choice.extras and choice.helps(Declared("", extra.lines).names):
                choice.extras.append(extra)
        for program in self.programs[:1]:
            choice.take(_of_notebook(program, choice))
        for hint in self.hints():
            # What is installed has a version; a README has only names, as a rule.
            known = self.environment.versions if hint.source.endswith("in it") else ()
            choice.take(hint.only(choice.helps(hint.names) - set(known)))
        return choice

    def _stands(self, one: Declared, choice: Choice) -> bool:
        """Whether a declaration is this program's own, and not one of something beside it."""
        return not self._is_aside(one) or not choice.uncovered or bool(choice.helps(one.names))

    def _is_aside(self, one: Declared) -> bool:
        homes = [PurePosixPath(program.name).parent for program in self.programs]
        return any(not is_above(name, home) for name in one.files for home in homes[:1])

    def _whole(self, first: Declared) -> Declared:
        """A declaration with what it refers to: ``-e .`` asks for all that the project itself declares."""
        if not (first.own or any(read_lines(self.listing.root, name).own for name in first.files)):
            return first
        own = [project_needs(self.listing, self.pyproject), setup_needs(self.listing)]
        more = [line for one in own if one is not None for line in one.lines]
        return replace(first, lines=(*first.lines, *more), notes=(*first.notes, "with the project's own"))


def _of_notebook(program: Program, choice: Choice) -> Declared:
    """What a notebook's own cells install."""
    cells = notebook_of(program.path).cells if program.path.suffix == SUFFIX else ()
    found = Declared(
        f"{program.name}, !pip install", tuple(line for cell in cells for line in commands(cell))
    )
    return found.only(choice.helps(found.names))
