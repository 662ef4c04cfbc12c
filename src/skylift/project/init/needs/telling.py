"""What was found of packages, as keys of the config, rows of the report, and what is left to the user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from skylift.project.config.secret_values import has_secret
from skylift.project.init.findings import Findings
from skylift.project.init.needs.choice import Choice
from skylift.project.init.needs.declared import Declared, name_of
from skylift.project.init.needs.gathered import Gathered
from skylift.project.init.needs.imports import Import
from skylift.project.init.needs.known_names import brought_by
from skylift.project.init.needs.requirement_files import is_above
from skylift.project.init.needs.requirement_lines import read_lines
from skylift.project.init.needs.sources import without_secret
from skylift.project.init.needs.wheels_until import built_for_numpy_1

_THE_PROJECTS = ("setup.", "pyproject.toml [project]")
_SHOWN = 12
_NEEDS_NOTHING = "nothing declares any, and only Python's own modules are imported"
_SHOWN_LEFT = 8
IMPORTED = ", imported in "
"""Behind the name of a module that no package is known for, in what is left to the user."""


def tell_packages(needs: Gathered, choice: Choice, found: Findings) -> None:
    """The keys about packages, and a row for each place that they are from."""
    files = list(dict.fromkeys(name for one in choice.taken for name in one.files))
    native = next((one for one in choice.taken if one.native), None)
    if files:
        all_files = ["pyproject.toml", *files] if native else files
        found.config["requirements"] = all_files
        included = {path for name in files for path in read_lines(needs.listing.root, name).files}
        homes = [PurePosixPath(program.name).parent for program in needs.programs[:1]]
        others = [
            one.source
            for one in needs.files
            if not set(one.files) <= included and all(is_above(one.source, home) for home in homes)
        ]
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
        found.say("dependencies", _shown(map(without_secret, one.lines)) or "none", why, sure=one.sure)
    for one in choice.taken:
        found.left += one.left
    _guess(choice, lists, found)
    if not (files or native or lists or "dependencies" in found.config):
        _nothing(needs, choice, found)
    for key in ("extras", "groups"):
        names = [one.name for one in choice.extras if one.key == key]
        if names:
            found.add(key, names, "the program imports what they bring, or they are for training")


def tell_others(needs: Gathered, choice: Choice, found: Findings) -> None:
    """Declarations that were not taken: perhaps they say the same, perhaps not."""
    taken = {one.source for one in choice.taken} | {name for one in choice.taken for name in one.files}
    aside = [one for one in needs.declared if one not in needs.files and one.source not in taken]
    own = any(read_lines(needs.listing.root, name).own for one in choice.taken for name in one.files)
    others = [one.source for one in aside if not (own and one.source.startswith(_THE_PROJECTS))]
    if others and taken:
        found.say(
            "also declared", ", ".join(others), "not taken: what stands above brings all that is imported"
        )


def _guess(choice: Choice, lists: Sequence[Declared], found: Findings) -> None:
    """The key ``dependencies``: what is declared where uv does not read it, and what is imported only."""
    versions = choice.environment.versions
    guessed: dict[str, str] = {}
    for one in choice.uncovered:
        if one.package:
            version = versions.get(one.package, "")
            guessed[one.package] = f"{one.package}=={version}" if version else one.package
    lines = [without_secret(line) for one in lists for line in one.lines]
    everything = [*choice.lines, *guessed.values()]
    old = built_for_numpy_1(everything) if "numpy" in brought_by(frozenset(map(name_of, everything))) else ""
    if old:
        guessed.pop("numpy", None)
        lines = [line for line in lines if line != "numpy"]
    both = [*lines, *guessed.values(), *(["numpy<2"] if old else [])]
    if both:
        found.config["dependencies"] = list(dict.fromkeys(both))
    if any(has_secret(line) for one in lists for line in one.lines):
        found.left.append(
            "credentials in `dependencies` were left out: uv takes them from netrc or a keyring"
        )
    if guessed:
        why = "imported, and declared nowhere" + (
            f"; versions: {choice.environment.name}" if versions else ""
        )
        found.say("dependencies", _shown(guessed.values()), why, sure=False)
    if old:
        found.say("dependencies", "numpy<2", f"{old} was built for NumPy 1", sure=False)


def _nothing(needs: Gathered, choice: Choice, found: Findings) -> None:
    alone = bool(needs.programs) and not choice.uncovered and not choice.conditional
    why = _NEEDS_NOTHING if alone else "no requirements file, no [project] dependencies"
    found.say("requirements", "none", why, sure=alone)


def tell_imports(choice: Choice, found: Findings) -> None:
    """Imports that no package is known for, and those that the program can do without."""
    strange = [one for one in choice.uncovered if not one.package]
    if strange:
        found.say("undeclared", _named(strange), "imported, and no package is known by that name", sure=False)
    for one in strange[:_SHOWN_LEFT]:
        package = choice.environment.package_of(one.top)
        here = f" ({choice.environment.name} has it from {package})" if package else ""
        found.left.append(f"{one.top}{IMPORTED}{one.where}{here}: name its package in `dependencies`")
    if len(strange) > _SHOWN_LEFT:
        found.left.append(f"{len(strange) - _SHOWN_LEFT} more imports that no package is known for")
    if choice.conditional:
        why = "imported under a condition or as an attempt, and not installed: add to `dependencies` what you use"
        found.say("optional imports", _named(choice.conditional), why)


def _nearness(needs: Gathered, files: Sequence[str]) -> str:
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
