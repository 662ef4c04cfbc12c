"""conda's ``environment.yml``, and MLflow's ``MLproject`` and ``python_env.yaml``, in the words of PEP 508.

conda's packages are named one by one: taken, explained, or left to the user. None is dropped in silence.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import canonicalize_name

from skylift.project.init.needs.conda_names import RENAMED, is_driver, is_of_conda, is_program
from skylift.project.init.needs.declared import Declared, valid
from skylift.project.init.needs.known_names import is_known
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.requirement_lines import Place, read_lines, read_texts
from skylift.project.source.documents import parse_yaml

_FILES = r"(conda[-_.]?)?(env|environment)([-_.][\w-]+)?\.ya?ml|conda([-_.][\w-]+)?\.ya?ml"
_OTHER_PURPOSE = re.compile(r"dev|test|doc|lint|\bci\b|mac|osx|win", re.IGNORECASE)
_SPEC = re.compile(r"(?:[\w./:-]+::)?(?P<name>[A-Za-z0-9_.-]+)\s*(?P<version>.*)$")
_TEMPLATE = re.compile(r"\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}")
_SYSTEM = re.compile(r"sel\((\w+)\)")
_OURS = frozenset({"linux", "unix", "linux64"})
_MLPROJECT = "MLproject"


@dataclass
class Environment:
    """One conda environment, sorted by what becomes of each package."""

    file: str
    lines: list[str] = field(default_factory=list)
    python: str = ""
    """A specifier of PEP 440."""
    drivers: list[str] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    of_conda: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What the files say."""
    places: list[Place] = field(default_factory=list)
    """Where its pip looks, and what it has from elsewhere."""
    own: bool = False
    """Whether it installs the project itself."""
    elsewhere: list[str] = field(default_factory=list)
    """What it has for other systems only."""
    variables: list[str] = field(default_factory=list)
    """Names of those that it sets."""

    def declared(self) -> Declared | None:
        if not (self.lines or self.files or self.drivers or self.programs or self.unknown or self.own):
            return None
        explained = (
            (self.drivers, "left out, CUDA comes with the wheels and the host"),
            (self.programs, "left out, no Python packages"),
            (self.of_conda, "left out, conda's own"),
            (self.elsewhere, "left out, for another system"),
        )
        notes = [f"{', '.join(names)}: {why}" for names, why in explained if names]
        left = [
            f"{', '.join(self.programs)} of {self.file}: an image needs a base that has them, [image] base"
        ] * bool(self.programs)
        left += [
            f"{self.file}: conda's {', '.join(self.unknown)}: if PyPI has it, add it to `dependencies`"
        ] * bool(self.unknown)
        left += [
            f"{self.file} sets {', '.join(self.variables)}: [image] environment, [targets.NAME] environment or [secrets]"
        ] * bool(self.variables)
        lines = tuple(dict.fromkeys(self.lines))
        said = tuple(dict.fromkeys(self.said))
        beside = lines if self.files else ()
        files = tuple(self.files)
        return Declared(
            self.file,
            (*lines, *said),
            files,
            beside,
            places=tuple(self.places),
            notes=tuple(notes),
            left=tuple(left),
            own=self.own,
        )


def conda_environment(listing: Listing) -> Environment | None:
    """The environment that ``MLproject`` names, else the likeliest of those that lie there."""
    named = _of_mlproject(listing)
    for name in [*named, *_likely(listing)]:
        data = _yaml(listing, name)
        if isinstance(data, Mapping) and isinstance(data.get("dependencies"), list):
            return _read(listing, name, data)
    return None


def broken_environments(listing: Listing) -> list[str]:
    """Files that are environments by their names, and no YAML; those after the one that is taken say nothing."""
    found = []
    for name in _likely(listing):
        data = _yaml(listing, name)
        if isinstance(data, Mapping) and isinstance(data.get("dependencies"), list):
            break
        if data is None and listing.text(name).strip():
            found.append(f"{name} is no YAML that can be read: what it lists is not known")
    return found


def _yaml(listing: Listing, name: str) -> Any:
    # A template's `{{ name }}` is no YAML yet, and a tab is none ever; neither says what is needed.
    text = _TEMPLATE.sub("_", listing.text(name)).expandtabs()
    return parse_yaml(text, "texts")


def _of_mlproject(listing: Listing) -> list[str]:
    data = _yaml(listing, _MLPROJECT)
    found = [data.get(key) for key in ("conda_env", "python_env")] if isinstance(data, Mapping) else []
    return [name for name in found if isinstance(name, str) and listing.has(name)]


def _likely(listing: Listing) -> list[str]:
    names = listing.matching(rf"{_FILES}|python_env\.ya?ml")
    fit = [name for name in names if not _OTHER_PURPOSE.search(name)] or names
    return sorted(fit, key=lambda name: ("train" not in name, name.count("/"), len(name), name))


def _read(listing: Listing, file: str, data: Mapping[str, Any]) -> Environment:
    found = Environment(file)
    if isinstance(data.get("python"), str):
        found.python = _specifier(data["python"])
    mlflow = file.rpartition("/")[2].startswith("python_env") or "build_dependencies" in data
    for item in data["dependencies"]:
        if isinstance(item, Mapping):
            for key, value in item.items():
                _keyed(listing, found, str(key), value if isinstance(value, list) else [value])
        elif isinstance(item, str):
            _pip(listing, found, [item]) if mlflow else _package(found, item)
    variables = data.get("variables")
    found.variables += map(str, variables) if isinstance(variables, Mapping) else []
    return found


def _keyed(listing: Listing, found: Environment, key: str, values: list[Any]) -> None:
    """``pip: […]``, and what is for one system: ``sel(linux): foo``."""
    texts = [value for value in values if isinstance(value, str) and value]
    system = _SYSTEM.fullmatch(key)
    if key == "pip":
        _pip(listing, found, texts)
    elif system is None:
        found.unknown.append(key)
    elif system[1] in _OURS:
        for text in texts:
            _package(found, text)
    else:
        found.elsewhere += texts


def _pip(listing: Listing, found: Environment, lines: list[str]) -> None:
    said = read_texts(listing.root, found.file, lines)
    found.lines += said.requirements
    found.places += said.places
    found.own = found.own or said.own
    found.unknown += [line for line in lines if line in said.unread]
    for name in said.included:
        path = posixpath.normpath(name)
        if listing.has(path):
            found.files.append(path)
            found.said += read_lines(listing.root, path).requirements
        else:
            found.unknown.append(f"-r {path}")


def requirement(text: str) -> str | None:
    """A line of conda's as a requirement; empty for what pip has no need of, None for what is not known.

    >>> requirement("numpy=1.21.0=py39h"), requirement("openssl=1.1.1"), requirement("acme=1")
    ('numpy==1.21.0', '', None)
    """
    found = Environment("")
    _package(found, text)
    return None if found.unknown else next(iter(found.lines), "")


def _package(found: Environment, text: str) -> None:
    match = _SPEC.match(text.strip())
    if match is None:
        found.unknown.append(text)
        return
    name, version = match["name"].lower(), match["version"]
    if name == "python":
        found.python = _specifier(version)
    elif is_driver(name):
        found.drivers.append(name)
    elif name in RENAMED or is_known(canonicalize_name(name)):
        found.lines.append(_line(RENAMED.get(name, canonicalize_name(name)), version))
    elif is_program(name):
        found.programs.append(name)
    elif is_of_conda(name):
        found.of_conda.append(name)
    else:
        found.unknown.append(name)


def _line(name: str, version: str) -> str:
    # What conda has under its own names has its own versions now and then.
    return valid(f"{name}{_specifier(version)}") or name


def _specifier(text: str) -> str:
    """conda's version, as PEP 440 has it; of alternatives the last.

    >>> _specifier("=1.21"), _specifier("=1.21.0"), _specifier("=1.21.0=py39_0"), _specifier(">=1.2,<2")
    ('==1.21.*', '==1.21.0', '==1.21.0', '>=1.2,<2')
    >>> _specifier(" 1.21.*"), _specifier(" 3.9"), _specifier(""), _specifier("=2.0.*")
    ('==1.21.*', '==3.9.*', '', '==2.0.*')
    """
    text = text.strip().split("|")[-1]
    return ",".join(filter(None, map(_one, _parts(text))))


def _parts(text: str) -> Iterator[str]:
    for part in text.split(","):
        # `1.21.0 py39_0`: the build's name comes second, and `>= 1.2` is one thing.
        yield re.sub(r"(?<=[<>=!~])\s+", "", part.strip()).split(" ")[0]


def _one(part: str) -> str:
    if not part or part == "*":
        return ""
    match = re.fullmatch(r"(?P<operator>[<>=!~]*)(?P<version>[^=]+)(?P<build>=.*)?", part)
    if match is None:
        return ""
    operator, version = match["operator"], match["version"]
    if operator not in ("", "="):
        return f"{operator}{version}"
    stem = version.removesuffix("*").removesuffix(".")
    # conda's `=1.21.0` admits 1.21.0.1, too, which nobody has or means.
    return f"=={stem}" if match["build"] or (stem == version and stem.count(".") > 1) else f"=={stem}.*"
