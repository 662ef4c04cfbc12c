"""What an environment has other than the requirements ask for: said where no lock is there yet to compare it with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_NAMED = 3


def unmet(lines: Iterable[str], versions: Mapping[str, str], markers: Mapping[str, str]) -> str:
    """In one line what is missing or of another version; empty where all is there.

    :param versions: what is installed, by normalized name.
    :param markers: the environment's own values of PEP 508's markers.

    >>> unmet(["numpy>=2", "scipy", "x; python_version < '3'"], {"numpy": "1.26.4"}, {"python_version": "3.11"})
    'numpy is 1.26.4, not >=2; scipy is missing'
    """
    told: dict[str, str] = {}
    for line in lines:
        try:
            asked = Requirement(line)
        except InvalidRequirement:
            continue
        name = canonicalize_name(asked.name)
        values: dict[str, Any] = {**markers, "extra": ""}
        if asked.marker is not None and not asked.marker.evaluate(values):
            continue
        here = versions.get(name)
        if here is None:
            told[name] = f"{name} is missing"
        elif not asked.specifier.contains(here, prereleases=True):
            told[name] = f"{name} is {here}, not {asked.specifier}"
    shown = list(told.values())
    more = [f"{len(shown) - _NAMED} more"] if len(shown) > _NAMED else []
    return "; ".join([*shown[:_NAMED], *more])
