"""Where packages come from that are not on PyPI: named, with what is left to the user, and without a credential."""

from __future__ import annotations

import configparser
import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from skylift.host.redaction import redact_text
from skylift.host.toml import NotToml, parse_toml
from skylift.project.config.secret_values import has_secret
from skylift.project.init.findings import Findings
from skylift.project.init.needs.declared import Place, name_of
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.pipfile import NAME as PIPFILE
from skylift.project.init.needs.pipfile import read_pipfile

_PUBLIC = frozenset(
    {"pypi.org", "pypi.python.org", "files.pythonhosted.org", "download.pytorch.org", "pypi.nvidia.com"}
    | {"data.pyg.org", "storage.googleapis.com", "test.pypi.org", "wheels.vllm.ai", "pypi.ngc.nvidia.com"}
    | {"pypi.tuna.tsinghua.edu.cn", "mirrors.aliyun.com", "pypi.mirrors.ustc.edu.cn", "repo.huaweicloud.com"}
)
_PUBLIC_GIT = frozenset({"github.com", "gitlab.com", "bitbucket.org", "huggingface.co", "codeberg.org"})
_MOST_ADDRESSES = 50
_WHEEL = ".whl"
_PIP_FILES = ("pip.conf", ".pip/pip.conf", "pip.ini")


def without_secret(line: str) -> str:
    """A requirement without a password or token in its address, for a file that is committed."""
    return redact_text(line) if has_secret(line) else line


def tell_sources(places: Iterable[Place], found: Findings) -> None:
    """A row for each place that is not public, and what has to be done about it."""
    told: set[str] = set()
    for place in places:
        shown = redact_text(place.address)
        if has_secret(place.address) and place.where not in told:
            told.add(place.where)
            _tell_secret(place, found)
        if shown in told:
            continue
        told.add(shown)
        if place.kind == "index":
            _tell_index(place, shown, found)
        elif place.kind == "links":
            if _host(place.address) not in _PUBLIC:
                found.say("wheels", shown, f"--find-links in {place.where}")
        elif place.kind == "git":
            _tell_git(place, shown, found)
        elif place.kind == "folder":
            _tell_folder(place, shown, found)
        elif _host(place.address) not in _PUBLIC and not shown.startswith("https://github.com/"):
            found.say("package by URL", shown, place.where)


def _tell_secret(place: Place, found: Findings) -> None:
    why = "a password or token stands there, for everybody who has the file"
    found.say("credentials", place.where, why)
    found.left.append(
        f"{place.where}: take the credentials out, and let uv have them from a variable or netrc"
    )


def _tell_index(place: Place, shown: str, found: Findings) -> None:
    host = _host(place.address)
    if host in _PUBLIC or not host:
        _tell_public(place, shown, host, found)
        return
    named = f"{place.name} at {shown}" if place.name else shown
    found.say("private index", named, place.where)
    variable = re.sub(r"[^A-Z0-9]", "_", place.name.upper()) or "NAME"
    if "uv" in place.where:
        how = f"UV_INDEX_{variable}_USERNAME and _PASSWORD, netrc or a keyring"
        found.left.append(f"{host}: credentials, where the lock is made: {how}")
    elif _is_read_by_uv(place.where):
        found.left.append(f"{host}: credentials, where the lock is made: netrc or a keyring")
    else:
        found.left.append(
            f"{host}: uv does not read {place.where.split(':')[0]}: name it as [[tool.uv.index]], or by UV_INDEX"
        )


def _tell_public(place: Place, shown: str, host: str, found: Findings) -> None:
    """An index for builds of its own, CPU or CUDA, in a table that uv does not read. Poetry's name their packages."""
    if host.endswith(("pypi.org", "python.org")) or not place.where.startswith(
        (PIPFILE, "pyproject.toml [[tool.pdm")
    ):
        return
    found.say("index", f"{place.name} at {shown}" if place.name else shown, place.where)
    found.left.append(
        f"uv does not read {place.where}: in pyproject.toml, and whatever comes from there in [tool.uv.sources]:\n"
        f'[[tool.uv.index]]\nname = "{place.name or "extra"}"\nurl = "{shown}"\nexplicit = true'
    )


def _is_read_by_uv(where: str) -> bool:
    return where.partition(":")[0].endswith((".txt", ".in"))


def _tell_folder(place: Place, shown: str, found: Findings) -> None:
    if shown.partition("#")[0].endswith(_WHEEL):
        found.say("local wheel", f"{place.name} in {shown}" if place.name else shown, place.where)
        return
    name = place.name or shown
    found.say("local package", f"{name} in {shown}", place.where)
    found.left.append(f"{name} is a folder: {_wheel_of(shown)}")


def _tell_git(place: Place, shown: str, found: Findings) -> None:
    host = _host(place.address)
    private = "ssh" in place.address or host not in _PUBLIC_GIT or has_secret(place.address)
    name = place.name or shown
    found.say("private repository" if private else "from git", shown, place.where)
    key = f"who makes the lock needs access to {host}, and " if private else ""
    if not place.name and not _is_read_by_uv(place.where):
        found.left.append(f"{shown} has no name there: add `NAME @ {shown}` to `dependencies`")
    found.left.append(f"{name} comes from git: {key}{_wheel_of('its folder')}")


def _wheel_of(folder: str) -> str:
    return (
        f"a job in an image needs a wheel of it: uv build --wheel --out-dir wheels {folder}, then require it by its "
        'name in place of this, with find-links = ["wheels"] under [tool.uv], or --find-links wheels in a requirements file'
    )


def _host(address: str) -> str:
    text = re.sub(r"^git\+", "", address)
    scp = re.match(r"^(?:[\w.-]+@)([\w.-]+):(?!/)", text)
    try:
        return scp[1] if scp else (urlsplit(text).hostname or "")
    except ValueError:
        return ""


def configured_places(listing: Listing, pyproject: Mapping[str, Any]) -> Iterator[Place]:
    """Indexes and sources of the tables that tools have for them."""
    tool = _table(pyproject, "tool")
    yield from _of_uv(_table(tool, "uv"), "pyproject.toml [tool.uv]")
    with contextlib.suppress(NotToml):
        yield from _of_uv(parse_toml(listing.text("uv.toml")), "uv.toml")
    yield from _rows(_table(tool, "poetry").get("source"), "pyproject.toml [[tool.poetry.source]]")
    yield from _rows(_table(tool, "pdm").get("source"), "pyproject.toml [[tool.pdm.source]]")
    yield from _rows(read_pipfile(listing).get("source"), f"{PIPFILE} [[source]]")
    for name in _PIP_FILES:
        yield from _of_pip(listing.text(name), name)


def addressed(lines: Iterable[str], where: str) -> Iterator[Place]:
    """Requirements that say where they come from: ``name @ git+ssh://…``."""
    for line in lines:
        name, at, address = line.partition(" @ ")
        if at:
            address = address.partition(" ;")[0].strip()
            kind = (
                "git"
                if address.startswith("git")
                else "folder"
                if address.startswith((".", "/", "file:"))
                else "url"
            )
            yield Place(kind, address, where, name_of(name) or name)


def _of_uv(table: Mapping[str, Any], where: str) -> Iterator[Place]:
    yield from _rows(table.get("index"), f"{where} index")
    for key in ("index-url", "extra-index-url", "default-index", "find-links"):
        said = table.get(key)
        for address in said if isinstance(said, list) else [said]:
            if isinstance(address, str):
                yield Place("links" if key == "find-links" else "index", address, f"{where} {key}")
    for name, said in _table(table, "sources").items():
        for one in said if isinstance(said, list) else [said]:
            source = one if isinstance(one, Mapping) else {}
            for key, kind in (("git", "git"), ("path", "folder"), ("url", "url")):
                if isinstance(source.get(key), str):
                    yield Place(kind, source[key], f"{where} sources", name)
            if source.get("workspace") is True:
                yield Place("folder", "the workspace", f"{where} sources", name)


def _rows(rows: Any, where: str) -> Iterator[Place]:
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and isinstance(row.get("url"), str):
            yield Place("index", row["url"], where, str(row.get("name", "")))


def _of_pip(text: str, where: str) -> Iterator[Place]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for section in parser.sections():
        for key, kind in (("index-url", "index"), ("extra-index-url", "index"), ("find-links", "links")):
            for address in parser.get(section, key, fallback="").split()[:_MOST_ADDRESSES]:
                yield Place(kind, address, where)


def _table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tables.get(key)
    return found if isinstance(found, Mapping) else {}
