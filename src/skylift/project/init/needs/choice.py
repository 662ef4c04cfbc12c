"""What was taken of all that a project declares, and which imports that leaves without a package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name

from skylift.project.init.needs.declared import Declared, name_of
from skylift.project.init.needs.imports import Import
from skylift.project.init.needs.installed import Environment
from skylift.project.init.needs.known_names import brought_by, same_as
from skylift.project.init.needs.pyproject_tables import Extra


@dataclass
class Choice:
    """Filled declaration by declaration."""

    imports: Sequence[Import]
    environment: Environment
    taken: list[Declared] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        named = {name for one in self.taken for name in one.names}
        return frozenset(named | {name_of(line) for one in self.extras for line in one.lines} - {""})

    @property
    def lines(self) -> list[str]:
        """Every requirement there is."""
        declared = [line for one in self.taken for line in one.lines]
        return declared + [line for one in self.extras for line in one.lines]

    @property
    def uncovered(self) -> list[Import]:
        """The needed imports that nothing which was taken brings."""
        names = brought_by(self.names)
        return [one for one in self.imports if one.needed and not self._is_covered(one, names)]

    @property
    def conditional(self) -> list[Import]:
        """Those that are only tried, and not there."""
        names = brought_by(self.names)
        return [one for one in self.imports if not one.needed and not self._is_covered(one, names)]

    def helps(self, names: Iterable[str]) -> set[str]:
        """Those of some packages that an uncovered import wants."""
        found: set[str] = set()
        for one in self.uncovered:
            found |= {name for name in names if self._is_covered(one, frozenset({name}))}
        return found

    def take(self, declared: Declared) -> None:
        if declared.lines or declared.files or declared.native or declared.notes:
            self.taken.append(declared)

    def _is_covered(self, one: Import, names: frozenset[str]) -> bool:
        if one.implied and one.package == "accelerate" and self._old("transformers"):
            return True
        if one.package:
            return bool(same_as(one.package) & names)
        parts = one.module.split(".")
        spelled = {canonicalize_name("-".join(parts[:count])) for count in range(1, len(parts) + 1)}
        return bool(spelled & names) or self.environment.package_of(one.top) in names

    def _old(self, name: str) -> bool:
        """Whether a package is pinned: what its newest version needs is then no news to the project."""
        return any(name_of(line) == name and re.search(r"==|<|~=", line) for line in self.lines)
