"""The house's habits, checked on every file: no patching, one printer, one boundary, small functions."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = sorted((ROOT / "src" / "skylift").rglob("*.py"))
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "projects" not in path.parts]

MAY_CATCH_ANYTHING = {
    "src/skylift/cli/boundary.py": "the boundary: every error becomes words and an exit code there",
    "src/skylift/emulator/output.py": "carries what happened in a thread to the one that waits for it",
    "src/skylift_runtime/facts.py": "asks the user's exception for its text, which is their code too",
    "src/skylift_runtime/entry.py": "stands around the user's code, whose exceptions may be anything",
}
LONGEST_P90 = 30
LONGEST = 50
LONGEST_FILE = 350
VAGUE = ("util", "helper", "manager", "misc", "common")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of an attribute chain; other expressions become a question mark."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines of a function without its decorators and docstring."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None and first.end_lineno is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_nothing_is_patched(path: Path) -> None:
    # The outside world enters through a constructor argument, and a fake implements the real port.
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            assert not dotted(node).endswith("monkeypatch.setattr"), node.lineno
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not any("mock" in part.split(".") for part in names), node.lineno


@pytest.mark.parametrize("path", HOUSE, ids=name)
def test_only_the_cli_prints(path: Path) -> None:
    if "cli" in path.parts:
        return
    calls = [dotted(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    printing = {"print", "sys.stdout.write", "sys.stderr.write", "sys.exit"}
    if path.name != "__main__.py":
        assert not printing & set(calls)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_broad_is_caught_outside_the_boundary(path: Path) -> None:
    # Cleaning up and raising on is not catching.
    broad = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and not raises_on(node)
    ]
    assert not broad or name(path) in MAY_CATCH_ANYTHING


def is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(item is None or dotted(item) in {"Exception", "BaseException"} for item in caught)


def raises_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_functions_stay_within_bounds(path: Path) -> None:
    for function in functions(path):
        assert length(function) <= LONGEST, f"{function.name} has {length(function)} lines"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "no docstring"
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    assert not any(word in path.stem for word in VAGUE), "a name that says nothing"


def test_most_functions_are_short() -> None:
    lengths = [length(function) for path in SOURCES for function in functions(path)]
    p90 = statistics.quantiles(lengths, n=10)[-1]
    print(f"\n{len(lengths)} functions: median {statistics.median(lengths):.0f}, p90 {p90:.0f} lines")
    assert p90 <= LONGEST_P90
