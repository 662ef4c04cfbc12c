"""The house plan, checked: a room may import only the rooms below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
HOUSE = SRC / "skylift"
RUNTIME = SRC / "skylift_runtime"

LOW = {"errors", "values"}
BELOW = LOW | {"host"}
ROOMS = {"project", "packages", "image", "data", "emulator", "jobs", "runs", "report", "ci"}
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": LOW | {"flow"},
    "__main__": {"cli"},
    "errors": set(),
    "values": {"errors"},
    "host": LOW,
    "aws": BELOW,
    "registry": BELOW,
    **dict.fromkeys(ROOMS, BELOW),
    "flow": BELOW | ROOMS | {"aws", "registry"},
    "sandbox": BELOW | {"aws", "registry", "emulator", "flow"},
    "cli": BELOW | {"flow", "report", "sandbox", "__init__"},
}
STOREYS = {
    "project": ["source", "config", "parameters", "arguments", "files", "init", "checks"],
}
"""Within a room: each may import those before it."""
ONLY_IN = {
    "boto3": {"aws"},
    "botocore": {"aws"},
    "urllib3": {"registry"},
    "click": {"cli"},
    "moto": {"sandbox"},
    "werkzeug": {"sandbox"},
    "tomlkit": {"project"},
    "packaging": {"packages", "project"},
    "installer": {"image"},
    "yaml": {"project"},
    "isal": {"image"},
}


def imported(path: Path) -> Iterator[str]:
    package = ("skylift", *path.relative_to(HOUSE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, node.module or ""]).strip(".")
            yield from (f"{stem}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_point_down(path: Path) -> None:
    room = path.relative_to(HOUSE).parts[0].removesuffix(".py")
    for name in imported(path):
        first, *rest = name.split(".")
        if first == "skylift" and rest and rest[0] not in (room, "__version__"):
            assert rest[0] in MAY_IMPORT[room], f"{room} must not import {name}"
        assert room in ONLY_IN.get(first, {room}), f"{first} belongs to {ONLY_IN.get(first)}"


@pytest.mark.parametrize(
    "path",
    [path for room in STOREYS for path in sorted((HOUSE / room).rglob("*.py"))],
    ids=lambda path: str(path.relative_to(HOUSE)),
)
def test_storeys_stand_on_those_below(path: Path) -> None:
    room, storey = path.relative_to(HOUSE).parts[:2]
    storeys = STOREYS[room]
    if storey == "__init__.py":
        return
    for name in imported(path):
        parts = name.split(".")
        if parts[:2] == ["skylift", room]:
            assert storeys.index(parts[2]) <= storeys.index(storey), f"{storey} must not import {name}"


@pytest.mark.parametrize("path", sorted(RUNTIME.rglob("*.py")), ids=lambda path: path.name)
def test_the_runtime_needs_nobody(path: Path) -> None:
    # It travels into environments that have the standard library of Python 3.8 and nothing else.
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            allowed = STANDARD_LIBRARY_3_8 | {"skylift_runtime"} | OF_THE_PROJECT.get(path.name, set())
            assert name.split(".")[0] in allowed, name


# Packages of the project's own environment, for a notebook that can not do without.
OF_THE_PROJECT = {"notebook.py": {"ipykernel", "nbclient", "nbformat"}, "kernel.py": {"jupyter_client"}}
STANDARD_LIBRARY_3_8 = {
    "argparse", "ast", "base64", "binascii", "codecs", "collections", "contextlib", "ctypes", "datetime", "difflib", "errno", "faulthandler", "fcntl", "fnmatch",
    "functools", "gc", "glob", "hashlib", "hmac", "http", "io", "ipaddress", "itertools", "json", "keyword", "linecache", "math", "operator",
    "os", "platform", "posixpath", "queue", "random", "re", "resource", "runpy", "select", "shlex", "shutil", "signal", "socket", "ssl",
    "stat", "struct",
    "subprocess", "sys", "tarfile", "tempfile", "threading", "time", "tokenize", "traceback", "types", "typing", "urllib",
    "zipfile", "__future__", "__main__",
}  # fmt: skip
