"""What a config asks of packages, and the shape of the tables of ``pyproject.toml`` that it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from skylift.errors import ConfigError, Issue
from skylift.host.redaction import redact_text
from skylift.project.config.layers import KeyPath
from skylift.project.config.secret_values import has_secret
from skylift.project.config.toml import read_config
from skylift.values.settings import Settings

_FILE = "pyproject.toml"
_AS_A_LIST = 'write it as a list: ["torch>=2"]'
_GROUPS = "dependency-groups"


def check_packages(
    settings: Settings, pyproject: Mapping[str, Any], where: Callable[[KeyPath], str]
) -> Iterator[Issue]:
    """Requirements that are none, extras and groups that nobody declares.

    :param where: tells where a value stands, for messages.
    """
    for line in settings.dependencies:
        problem = _problem(line)
        if problem:
            what = f"not a requirement: {redact_text(line)!r}: {problem}"
            yield Issue(where(("dependencies",)), what, 'write it as "torch>=2" or "name @ https://…"')
        elif has_secret(line):
            what = (
                f"a password or token stands in {redact_text(line)!r}, and the config is committed and shown"
            )
            hint = "leave it out: uv takes it from netrc, a keyring, or a variable in its place, ${TOKEN}"
            yield Issue(where(("dependencies",)), what, hint)
    project, tool = _table(pyproject, "project"), _table(_table(pyproject, "tool"), "uv")
    declared = {"extras": set(_table(project, "optional-dependencies"))}
    declared["groups"] = set(_table(pyproject, _GROUPS)) | ({"dev"} if "dev-dependencies" in tool else set())
    for key, names in (("extras", settings.extras), ("groups", settings.groups)):
        known = {canonicalize_name(str(name)) for name in declared[key]}
        for name in names:
            if canonicalize_name(name) not in known and not (key == "extras" and _dynamic_extras(project)):
                table = "[project.optional-dependencies]" if key == "extras" else f"[{_GROUPS}]"
                there = ", ".join(sorted(map(str, declared[key]))) or "none"
                yield Issue(where((key,)), f"{_FILE} {table} has no {name!r}", f"there are: {there}")


def _dynamic_extras(project: Mapping[str, Any]) -> bool:
    dynamic = project.get("dynamic")
    return isinstance(dynamic, list) and "optional-dependencies" in dynamic


def _problem(line: str) -> str:
    try:
        Requirement(line)
    except InvalidRequirement as error:
        return redact_text(str(error).splitlines()[0])
    return ""


def malformed(pyproject: Mapping[str, Any]) -> list[Issue]:
    """Tables of ``pyproject.toml`` that are none, and lists that are none, where they matter to us."""
    found = [
        Issue(f"{_FILE} {key}", f"wants a table, not {_kind(pyproject[key])}", f"write it as [{key}]")
        for key in ("project", "tool", _GROUPS)
        if key in pyproject and not isinstance(pyproject[key], Mapping)
    ]
    project = _table(pyproject, "project")
    for key in ("dependencies", "dynamic"):
        if key in project and not _strings(project[key]):
            what = f"wants a list of strings, not {_kind(project[key])}"
            found.append(Issue(f"{_FILE} [project] {key}", what, _AS_A_LIST if key == "dependencies" else ""))
    if "optional-dependencies" in project:
        found += _lists(project["optional-dependencies"], "[project.optional-dependencies]", _strings)
    if isinstance(pyproject.get(_GROUPS), Mapping):
        found += _lists(pyproject[_GROUPS], f"[{_GROUPS}]", lambda value: isinstance(value, list))
    uv = _table(pyproject, "tool").get("uv", {})
    if not isinstance(uv, Mapping):
        found.append(Issue(f"{_FILE} [tool] uv", f"wants a table, not {_kind(uv)}"))
    return found


def readable_pyproject(root: Path) -> dict[str, Any] | None:
    """The tables of ``pyproject.toml``, for those who can do without; None where something is wrong with it."""
    try:
        pyproject = read_config(root / _FILE, _FILE) or {}
        refuse_malformed(pyproject)
    except ConfigError:
        return None
    return pyproject


def refuse_malformed(pyproject: Mapping[str, Any]) -> None:
    """
    :raises ConfigError: with every table that is none.
    """
    found = malformed(pyproject)
    if found:
        raise ConfigError(found)


def _lists(tables: Any, shown: str, fits: Callable[[Any], bool]) -> Iterator[Issue]:
    if not isinstance(tables, Mapping):
        yield Issue(f"{_FILE} {shown}", f"wants a table of lists, not {_kind(tables)}")
        return
    for name, value in tables.items():
        if not fits(value):
            yield Issue(f"{_FILE} {shown} {name}", f"wants a list, not {_kind(value)}", _AS_A_LIST)


def _table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tables.get(key)
    return found if isinstance(found, Mapping) else {}


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list with other things in it"
    return {str: "a string", bool: "a boolean", int: "a number", float: "a number"}.get(type(value), "a date")
