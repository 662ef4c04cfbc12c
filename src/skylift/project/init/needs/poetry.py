"""Poetry's tables and its constraints, which uv does not read, in the words of PEP 508 and PEP 440."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from skylift.project.init.needs.declared import Declared, valid

TABLE = "pyproject.toml [tool.poetry.dependencies]"
_NOT_FOR_TRAINING = re.compile(r"dev|test|doc|lint|format|typing|ci", re.IGNORECASE)
_PARTS = re.compile(r"(?:\^|~=|~|===?|!=|<=|>=|<|>|=)?\s*(?:\d+!)?[^\s,|^~=!<>]+")
_OR = re.compile(r"\s*\|\|?\s*")
_PLATFORMS = {"linux": "linux", "win32": "win32", "windows": "win32", "darwin": "darwin"}


class Inexpressible(Exception):
    """PEP 440 has no words for a constraint; ``str`` says which."""


def constraint(text: str) -> str:
    """Poetry's constraint as PEP 440 has it. Of alternatives it is the last: what fits that, fits the whole.

    :raises Inexpressible: when it is no constraint.

    >>> constraint("^1.2.3"), constraint("^0.2"), constraint("~1.2"), constraint("1.*"), constraint("*")
    ('>=1.2.3,<2', '>=0.2,<0.3', '>=1.2,<1.3', '==1.*', '')
    >>> constraint(">=2.7 <3 || ^3.8"), constraint("2.1"), constraint("^0.0.3")
    ('>=3.8,<4', '==2.1', '>=0.0.3,<0.0.4')
    """
    last = _OR.split(text.strip())[-1]
    parts = [_part(found[0].replace(" ", "")) for found in _PARTS.finditer(last)]
    joined = ",".join(part for part in parts if part)
    if not parts and last:
        raise Inexpressible(text)
    try:
        SpecifierSet(joined)
    except InvalidSpecifier as error:
        raise Inexpressible(text) from error
    return joined


def _part(text: str) -> str:
    if text in ("*", "==*"):
        return ""
    if text[:1] == "^":
        return _between(text[1:], _caret)
    if text[:1] == "~" and text[:2] != "~=":
        return _between(text[1:], _tilde)
    if text[:1] == "=" and text[:2] != "==":
        text = text[1:]
    return text if text[:1] in "<>=!~" else f"=={text}"


def _between(text: str, bump: Any) -> str:
    if not text.strip("*."):
        return ""
    text = re.sub(r"(\.[*xX])+$", "", text)
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise Inexpressible(text) from error
    epoch = f"{version.epoch}!" if version.epoch else ""
    return f">={text},<{epoch}{bump(version.release)}"


def _caret(release: tuple[int, ...]) -> str:
    """The next version whose first part that is not zero differs."""
    place = next((place for place, number in enumerate(release) if number), len(release) - 1)
    return ".".join(map(str, (*release[:place], release[place] + 1)))


def _tilde(release: tuple[int, ...]) -> str:
    place = min(1, len(release) - 1)
    return ".".join(map(str, (*release[:place], release[place] + 1)))


def poetry_python(pyproject: Mapping[str, Any]) -> str:
    """What Poetry's table asks of Python, as PEP 440 has it; empty when nothing, or nothing that can be read."""
    said = _table(_poetry(pyproject), "dependencies").get("python")
    try:
        return constraint(said) if isinstance(said, str) else ""
    except Inexpressible:
        return ""


def poetry_needs(pyproject: Mapping[str, Any]) -> Declared | None:
    """The main dependencies, and those of groups that are not for development."""
    poetry = _poetry(pyproject)
    main = _table(poetry, "dependencies")
    tables = [main] if "dependencies" in poetry else []
    taken = []
    for name, group in _table(poetry, "group").items():
        optional = isinstance(group, Mapping) and group.get("optional")
        if (
            isinstance(group, Mapping)
            and not _NOT_FOR_TRAINING.search(name)
            and (not optional or "train" in name)
        ):
            tables.append(_table(group, "dependencies"))
            taken.append(name)
    notes = [f"with group {', '.join(taken)}"] if taken else []
    lines: list[str] = []
    for table in tables:
        for name, said in table.items():
            if name != "python":
                lines += _dependency(name, said, notes)
    if not tables or not (lines or notes):
        return None
    left = [one for table in tables for one in _sources(table)]
    return Declared(TABLE, tuple(dict.fromkeys(lines)), notes=tuple(notes), left=tuple(dict.fromkeys(left)))


def _sources(table: Mapping[str, Any]) -> Iterator[str]:
    """``torch = { version = "2", source = "pt" }``: uv has a table of its own for that."""
    for name, said in table.items():
        for one in said if isinstance(said, list) else [said]:
            source = one.get("source") if isinstance(one, Mapping) else None
            if isinstance(source, str):
                yield (
                    f"{name} comes from Poetry's source {source}: name that as [[tool.uv.index]], and "
                    f'[tool.uv.sources] {name} = {{ index = "{source}" }}'
                )


def poetry_others(pyproject: Mapping[str, Any]) -> Declared:
    """What is optional, or for development: good for an import that nothing else brings."""
    poetry = _poetry(pyproject)
    groups = [
        _table(group, "dependencies")
        for group in _table(poetry, "group").values()
        if isinstance(group, Mapping)
    ]
    lines: list[str] = []
    for table in (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *groups):
        for name, said in table.items():
            required = {**said, "optional": False} if isinstance(said, Mapping) else said
            lines += _dependency(name, required, []) if name != "python" else []
    return Declared("pyproject.toml [tool.poetry], optional or for development", tuple(lines))


def _dependency(name: str, said: Any, notes: list[str]) -> Iterator[str]:
    """The requirements on one package; several where Poetry has one for each platform or Python."""
    for one in said if isinstance(said, list) else [said]:
        table = one if isinstance(one, Mapping) else {"version": one}
        if table.get("optional"):
            notes.append(f"{name} is optional and left out")
            continue
        try:
            line = valid(_line(name, table))
        except Inexpressible as problem:
            line = ""
            notes.append(f"the version of {name} is not understood ({problem}): any is taken")
        yield line or valid(name) or ""
        if _OR.search(str(table.get("version", ""))):
            notes.append(f"of the alternatives for {name} only the last is taken")


def _line(name: str, table: Mapping[str, Any]) -> str:
    extras = table.get("extras")
    named = f"{name}[{','.join(map(str, extras))}]" if isinstance(extras, list) and extras else name
    markers = [str(table["markers"])] if table.get("markers") else []
    if isinstance(table.get("python"), str):
        markers += [_python_marker(one) for one in SpecifierSet(constraint(table["python"]))]
    if table.get("platform") in _PLATFORMS:
        markers.append(f"sys_platform == '{_PLATFORMS[table['platform']]}'")
    tail = f" ; {' and '.join(f'({marker})' for marker in markers)}" if markers else ""
    where = address(table)
    if where:
        return f"{named} @ {where}{tail}"
    version = table.get("version", "")
    return f"{named}{constraint(version) if isinstance(version, str) else ''}{tail}"


def _python_marker(one: Specifier) -> str:
    name = "python_full_version" if one.version.count(".") > 1 else "python_version"
    return f"{name} {one.operator} '{one.version}'"


def address(table: Mapping[str, Any]) -> str:
    """Where a package comes from that is in no index: git, a URL, a folder; as PEP 508 has it."""
    if isinstance(table.get("git"), str):
        git = table["git"]
        git = re.sub(r"^(git@|ssh://git@)([^:/]+)[:/]", r"ssh://git@\2/", git)
        revision = next((table[key] for key in ("rev", "tag", "branch", "ref") if table.get(key)), "")
        folder = f"#subdirectory={table['subdirectory']}" if table.get("subdirectory") else ""
        return "git+" + git.removeprefix("git+") + (f"@{revision}" if revision else "") + folder
    if isinstance(table.get("url"), str):
        return str(table["url"])
    path = table.get("path") or table.get("file")
    if isinstance(path, str):
        return path if path.startswith(("/", ".")) else f"./{path}"
    return ""


def _poetry(pyproject: Mapping[str, Any]) -> Mapping[str, Any]:
    return _table(_table(pyproject, "tool"), "poetry")


def _table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tables.get(key)
    return found if isinstance(found, Mapping) else {}
