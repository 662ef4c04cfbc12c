"""What a project needs to run: its Python, the packages that it declares, those that it only imports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from skylift.project.init.findings import Findings
from skylift.project.init.needs.choice import Choice
from skylift.project.init.needs.conda import Environment as CondaEnvironment
from skylift.project.init.needs.conda import conda_environment
from skylift.project.init.needs.declared import Declared
from skylift.project.init.needs.imports import Import, foreign_imports
from skylift.project.init.needs.inline_metadata import inline_needs
from skylift.project.init.needs.installed import Environment, find_environment
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.pip_commands import docker_needs, readme_needs
from skylift.project.init.needs.pipfile import pipfile_needs
from skylift.project.init.needs.poetry import poetry_needs
from skylift.project.init.needs.pyproject_tables import optional_needs, project_needs
from skylift.project.init.needs.pythons import Evidence, read_python
from skylift.project.init.needs.requirement_files import file_needs, is_above, ranked_files
from skylift.project.init.needs.requirement_lines import Place, read_lines
from skylift.project.init.needs.sagemaker_calls import Framework, frameworks
from skylift.project.init.needs.setup_files import setup_needs
from skylift.project.init.needs.sources import (
    addressed,
    configured_places,
    has_secret,
    tell_sources,
    without_secret,
)
from skylift.project.source.program import Program

_NO_VARIABLES: Mapping[str, str] = {}
_THE_PROJECTS = ("setup.", "pyproject.toml [project]")
_SHOWN = 12
_SHOWN_LEFT = 8


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
    needs = _Needs(Listing.of(root), pyproject, programs, find_environment(root, variables))
    choice = needs.chosen()
    found = Findings()
    pythons = [(one.python, one.where) for one in needs.frameworks if one.python]
    evidence = Evidence(
        needs.listing, pyproject, programs, needs.conda, needs.environment, pythons, choice.lines
    )
    read_python(evidence, found)
    _tell_packages(needs, choice, found)
    _tell_others(needs, choice, found)
    _tell_imports(choice, found)
    tell_sources([*_places(needs.listing, choice), *configured_places(needs.listing, pyproject)], found)
    return found


@dataclass(frozen=True)
class _Needs:
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
        found += [*by_file, *self.files, pipfile_needs(self.listing)]
        found += [self.conda.declared() if self.conda else None, *([] if by_file else [setup])]
        return [one for one in found if one is not None]

    def hints(self) -> Iterator[Declared]:
        """What is written for people and machines, and declares nothing: good for what nothing else brings."""
        for one in self.frameworks:
            yield Declared(f"{one.where} asks for that container", one.lines, sure=False)
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
            if helpful:
                choice.take(one if one.files else one.only(helpful))
        for extra in optional:
            if extra not in choice.extras and choice.helps(Declared("", extra.lines).names):
                choice.extras.append(extra)
        for hint in self.hints():
            # What is installed has a version; a README has only names, as a rule.
            known = self.environment.versions if hint.source.endswith("in it") else ()
            choice.take(hint.only(choice.helps(hint.names) - set(known)))
        return choice

    def _stands(self, one: Declared, choice: Choice) -> bool:
        """Whether a declaration is this program's own, and not one of something beside it."""
        homes = [PurePosixPath(program.name).parent for program in self.programs]
        beside = any(not is_above(name, home) for name in one.files for home in homes[:1])
        return not beside or not choice.uncovered or bool(choice.helps(one.names))

    def _whole(self, first: Declared) -> Declared:
        """A declaration with what it refers to: ``-e .`` asks for all that the project itself declares."""
        if not any(read_lines(self.listing.root, name).own for name in first.files):
            return first
        own = [project_needs(self.listing, self.pyproject), setup_needs(self.listing)]
        more = [line for one in own if one is not None for line in one.lines]
        return Declared(
            first.source, (*first.lines, *more), first.files, notes=(*first.notes, "with the project's own")
        )


def _tell_packages(needs: _Needs, choice: Choice, found: Findings) -> None:
    """The keys about packages, and a row for each place that they are from."""
    files = list(dict.fromkeys(name for one in choice.taken for name in one.files))
    native = next((one for one in choice.taken if one.native), None)
    if files:
        all_files = ["pyproject.toml", *files] if native else files
        found.config["requirements"] = all_files
        included = {path for name in files for path in read_lines(needs.listing.root, name).files}
        others = [one.source for one in needs.files if not set(one.files) <= included]
        why = _joined([_nearness(needs, files), *_notes(choice, with_files=True)])
        why += f"; not {', '.join(others[:3])}" if others else ""
        found.say("requirements", ", ".join(all_files), why, sure=not others or len(needs.programs) > 0)
    elif native is not None:
        count = f"{len(native.lines)} in pyproject.toml" if native.lines else "in pyproject.toml"
        found.say(
            "requirements", count, _joined([native.source.removeprefix("pyproject.toml "), *native.notes])
        )
    lists = [replace(one, lines=one.beside) if one.files else one for one in choice.taken if not one.native]
    lists = [one for one in lists if one.lines or not one.files]
    for one in lists:
        why = _joined([one.source, *one.notes])
        found.say("dependencies", _shown(map(without_secret, one.lines)), why, sure=one.sure)
    for one in choice.taken:
        found.left += one.left
    _guess(choice, lists, found, nothing=not (files or native or lists))
    for key in ("extras", "groups"):
        names = [one.name for one in choice.extras if one.key == key]
        if names:
            found.add(key, names, "the program imports what they bring, or they are for training")


def _tell_others(needs: _Needs, choice: Choice, found: Findings) -> None:
    """Declarations that were not taken: perhaps they say the same, perhaps not."""
    taken = {one.source for one in choice.taken} | {name for one in choice.taken for name in one.files}
    aside = [one for one in needs.declared if one not in needs.files and one.source not in taken]
    own = any(read_lines(needs.listing.root, name).own for one in choice.taken for name in one.files)
    others = [one.source for one in aside if not (own and one.source.startswith(_THE_PROJECTS))]
    if others and taken:
        found.say(
            "also declared", ", ".join(others), "not taken: what stands above brings all that is imported"
        )


def _guess(choice: Choice, lists: Sequence[Declared], found: Findings, *, nothing: bool) -> None:
    """The key ``dependencies``: what is declared where uv does not read it, and what is imported only."""
    versions = choice.environment.versions
    guessed: dict[str, str] = {}
    for one in choice.uncovered:
        if one.package:
            version = versions.get(one.package, "")
            guessed[one.package] = f"{one.package}=={version}" if version else one.package
    lines = [without_secret(line) for one in lists for line in one.lines]
    if lines or guessed:
        found.config["dependencies"] = list(dict.fromkeys([*lines, *guessed.values()]))
    if any(has_secret(line) for one in lists for line in one.lines):
        found.left.append(
            "credentials in `dependencies` were left out: uv takes them from netrc or a keyring"
        )
    if guessed:
        why = "imported, and declared nowhere" + (
            f"; versions: {choice.environment.name}" if versions else ""
        )
        found.say("dependencies", _shown(guessed.values()), why, sure=False)
    elif nothing and not lines:
        found.say("requirements", "none", "no requirements file, no [project] dependencies", sure=False)


def _tell_imports(choice: Choice, found: Findings) -> None:
    """Imports that no package is known for, and those that the program can do without."""
    strange = [one for one in choice.uncovered if not one.package]
    if strange:
        found.say("undeclared", _named(strange), "imported, and no package is known by that name", sure=False)
    for one in strange[:_SHOWN_LEFT]:
        package = choice.environment.package_of(one.top)
        here = f" ({choice.environment.name} has it from {package})" if package else ""
        found.left.append(f"{one.top}, imported in {one.where}{here}: name its package in `dependencies`")
    if len(strange) > _SHOWN_LEFT:
        found.left.append(f"{len(strange) - _SHOWN_LEFT} more imports that no package is known for")
    if choice.conditional:
        why = "imported under a condition or as an attempt, and not installed: add to `dependencies` what you use"
        found.say("optional imports", _named(choice.conditional), why)


def _places(listing: Listing, choice: Choice) -> Iterator[Place]:
    for one in choice.taken:
        for name in one.files:
            yield from read_lines(listing.root, name).places
        if not one.files:
            yield from addressed(one.lines, one.source)
    for extra in choice.extras:
        yield from addressed(extra.lines, f"pyproject.toml {extra.key} {extra.name}")


def _nearness(needs: _Needs, files: Sequence[str]) -> str:
    if needs.programs and (needs.listing.root / files[0]).parent == needs.programs[0].path.parent:
        return "beside the program"
    return "it is there" if len(files) == 1 else "they belong together"


def _notes(choice: Choice, *, with_files: bool) -> list[str]:
    return [note for one in choice.taken if bool(one.files) == with_files for note in one.notes]


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _named(imports: Sequence[Import]) -> str:
    return _shown(f"{one.package or one.top} ({one.where})" for one in imports)


def _shown(items: Iterable[str]) -> str:
    found = list(items)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
