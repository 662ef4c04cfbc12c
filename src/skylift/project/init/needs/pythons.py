"""Which Python a project asks for: who says it, and whether a job can have it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from skylift.project.config.defaults import USUAL_PYTHON
from skylift.project.init.findings import Findings
from skylift.project.init.needs.conda import Environment as CondaEnvironment
from skylift.project.init.needs.inline_metadata import inline_metadata
from skylift.project.init.needs.installed import Environment
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.pip_commands import base_images, docker_files
from skylift.project.init.needs.pipfile import NAME as PIPFILE
from skylift.project.init.needs.pipfile import read_pipfile
from skylift.project.init.needs.poetry import TABLE, poetry_python
from skylift.project.init.needs.setup_files import setup_python
from skylift.project.init.needs.wheels_until import newest_python
from skylift.project.source.program import Program

_OLDEST, _NEWEST = 8, 14
"""What the runtime runs on, and what there is."""
_MOST = 100_000
_MICROS = (*range(25), 99)
_USUAL = int(USUAL_PYTHON.partition(".")[2])
_MINOR = re.compile(r"(?<![\d.])(?:cpython-?|python-?)?(?P<minor>[23]\.\d+)(?:\.\d+)?")
_PYTHON_IMAGE = re.compile(r"(?:^|/)(?:python|cimg/python|circleci/python):(?P<minor>[23]\.\d+)")
_IN_CI = re.compile(
    r"python-version['\"]?\s*:\s*(?P<versions>\[[^\]]*\]|['\"]?[\d.x]+['\"]?(?:\n\s+-[^\n]*)*|(?:\n\s+-[^\n]*)+)"
)
_CI_IMAGE = re.compile(r"image\s*:\s*['\"]?(?P<image>\S*python:\S+)")
_TOX = re.compile(r"\bpy3(\d{1,2})\b")


@dataclass(frozen=True)
class Said:
    """What one place says of Python."""

    asked: str
    """A specifier."""
    source: str
    exact: bool = False
    """One minor version, and no range."""
    sure: bool = True


@dataclass(frozen=True)
class Evidence:
    """All that may say which Python it is."""

    listing: Listing
    pyproject: Mapping[str, Any]
    programs: Sequence[Program]
    conda: CondaEnvironment | None
    environment: Environment
    frameworks: Sequence[tuple[str, str]]
    """Minor version and place of the containers that jobs were run in."""
    pins: Sequence[str]
    """The requirements that were found."""


def read_python(evidence: Evidence, found: Findings) -> None:
    """The key ``python``: who is asked first says it; pins decide where that is a range, or nobody."""
    too_old: list[Said] = []
    for said in _all(evidence):
        minors = _admitted(said.asked)
        if minors:
            _add(said, minors, evidence.pins, found)
            break
        if minors is not None:
            too_old.append(said)
    else:
        _add(Said("", "nothing says which", sure=False), _admitted("") or [], evidence.pins, found)
    for said in too_old:
        shown = said.asked.replace("==", "").replace(".*", "")
        found.left.append(
            f"{said.source} asks for Python {shown}, and jobs run on 3.{_OLDEST} or later: try the code there"
        )


def _add(said: Said, minors: list[int], pins: Sequence[str], found: Findings) -> None:
    pinned = newest_python(pins)
    usual = _USUAL if _USUAL in minors else minors[0]
    chosen, why, sure = usual, said.source, said.sure
    if pinned is not None and pinned[0] < usual:
        fit = [minor for minor in minors if minor <= pinned[0]]
        if fit and not said.exact:
            chosen, sure = fit[-1], said.sure or pinned[0] >= _OLDEST
            why = f"the newest that {pinned[1]} has a wheel for" + (
                f", and {why} admits it" if said.asked else ""
            )
        else:
            newest = f"3.{pinned[0]} at most"
            found.left.append(f"{pinned[1]} has wheels for Python {newest}: ask for a newer version of it")
    found.add("python", f"3.{chosen}", why, sure=sure)


def _admitted(asked: str) -> list[int] | None:
    """The minor versions that a specifier admits and a job can run; None where it is no specifier."""
    try:
        specifier = SpecifierSet(asked)
    except InvalidSpecifier:
        return None
    return [
        minor
        for minor in range(_OLDEST, _NEWEST + 1)
        # Any version of a minor will do: `==3.11.4`, `<=3.11.4` and `>=3.11.2` are all about 3.11.
        if any(specifier.contains(f"3.{minor}.{micro}") for micro in _MICROS)
    ]


def _all(evidence: Evidence) -> Iterator[Said]:
    """Everybody who says it, who is to be believed first."""
    listing = evidence.listing
    yield from _exact(listing.text(".python-version"), ".python-version")
    for program in evidence.programs[:1]:
        asked = inline_metadata(listing.text(program.name)).get("requires-python")
        if isinstance(asked, str):
            yield Said(asked, f"{program.name}, its inline metadata")
    project = evidence.pyproject.get("project")
    asked = project.get("requires-python") if isinstance(project, Mapping) else None
    if isinstance(asked, str):
        yield Said(asked, "pyproject.toml [project] requires-python")
    if poetry_python(evidence.pyproject):
        yield Said(poetry_python(evidence.pyproject), f"{TABLE} python")
    requires = read_pipfile(listing).get("requires")
    for key in ("python_version", "python_full_version"):
        said = requires.get(key) if isinstance(requires, Mapping) else None
        yield from _exact(str(said or ""), f"{PIPFILE} [requires]")
    if evidence.conda is not None and evidence.conda.python:
        yield Said(evidence.conda.python, evidence.conda.file, exact="*" in evidence.conda.python)
    yield from _exact(listing.text("runtime.txt"), "runtime.txt")
    tools = re.search(r"^python\s+(.*)$", listing.text(".tool-versions"), re.MULTILINE)
    yield from _exact(tools[1] if tools else "", ".tool-versions")
    asked, source = setup_python(listing)
    if asked:
        yield Said(asked, f"{source} python_requires")
    yield from _images(listing)
    for minor, source in evidence.frameworks:
        yield from _exact(minor, source)
    yield from _of_ci(listing)
    if evidence.environment.python:
        yield Said(
            f"=={evidence.environment.python}.*",
            f"{evidence.environment.name} has it",
            exact=True,
            sure=False,
        )


def _exact(text: str, source: str) -> Iterator[Said]:
    found = _MINOR.match(text.strip())
    if found:
        yield Said(f"=={found['minor']}.*", source, exact=True)


def _images(listing: Listing) -> Iterator[Said]:
    for name in docker_files(listing):
        for image in base_images(listing.text(name, _MOST)):
            found = _PYTHON_IMAGE.search(image)
            if found:
                yield Said(f"=={found['minor']}.*", name, exact=True)


def _of_ci(listing: Listing) -> Iterator[Said]:
    """What CI tests with: the usual Python when that is among them, else the newest."""
    for name in listing.files:
        ci = name.startswith((".github/workflows/", ".circleci/")) or name in (".gitlab-ci.yml", "tox.ini")
        if not ci:
            continue
        text = listing.text(name, _MOST)
        named = [match["versions"] for match in _IN_CI.finditer(text)]
        named += [match["image"].partition("python:")[2] for match in _CI_IMAGE.finditer(text)]
        minors = {int(one) for part in named for one in re.findall(r"(?<![\d.])3\.(\d+)", part)}
        if name == "tox.ini":
            minors |= {int(one) for one in _TOX.findall(text)}
        fit = sorted(minor for minor in minors if minor >= _OLDEST)
        if fit:
            yield Said(f"==3.{_USUAL if _USUAL in fit else fit[-1]}.*", f"{name} tests with it", sure=False)
