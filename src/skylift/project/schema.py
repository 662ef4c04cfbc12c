"""The arguments an entry point takes, read from its source: nothing is imported or run (joint 11)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from skylift.project.argparse_calls import add_argument, is_parser_call
from skylift.project.entry import entry_file, function_name
from skylift.project.literals import literal
from skylift.values.arguments import Parameter, Schema
from skylift.values.settings import JobSettings


def read_schema(root: Path, job: JobSettings) -> Schema:
    """The parameters of a job. ``complete`` only when every one of them was read.

    The entry file is read, and the modules of the project that it imports: a parser is often built
    there. A command has no source to read.
    """
    path = entry_file(root, job.entry_point) if job.entry_point else None
    if path is None:
        return Schema()
    tree = _parsed(path)
    if tree is None:
        return Schema(notes=(f"{path.name} can not be parsed",))
    function = function_name(job.entry_point or "")
    if function:
        return _signature(tree, function)
    files = [(path, tree), *_imported(root, path, tree)]
    reading = _Reading()
    for file, module in files:
        reading.read(file.relative_to(root).as_posix(), module)
    if not reading.parsers:
        return Schema(notes=("no argparse parser was found",))
    return Schema(tuple(reading.parameters), not reading.notes, "argparse", tuple(reading.notes))


def _parsed(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return None


@dataclass
class _Reading:
    parameters: list[Parameter] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    parsers: int = 0

    def read(self, file: str, tree: ast.Module) -> None:
        if not any(is_parser_call(node) for node in ast.walk(tree)):
            return
        self.parsers += 1
        constants = dict(_constants(tree))
        for node, looped in _calls(tree):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            where = f"{file}:{node.lineno}"
            if name == "add_argument":
                found = None if looped else add_argument(node, constants)
                if found is None:
                    self.notes.append(f"{where}: this argument is made at run time")
                elif found.action != "help":
                    self._add(found.parameter)
            elif name in _INCOMPLETE or (is_parser_call(node) and _has_parents(node)):
                self.notes.append(f"{where}: {_INCOMPLETE.get(name, 'parents= are not followed')}")

    def _add(self, parameter: Parameter) -> None:
        if all(known.key != parameter.key for known in self.parameters):
            self.parameters.append(parameter)


_INCOMPLETE = {
    "add_subparsers": "sub-commands are not read yet",
    "parse_known_args": "the script accepts arguments that it does not declare",
    "parse_known_intermixed_args": "the script accepts arguments that it does not declare",
}


def _has_parents(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and any(keyword.arg == "parents" for keyword in node.keywords)


def _calls(node: ast.AST, *, looped: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Every call in source order, and whether it stands in a loop."""
    for child in ast.iter_child_nodes(node):
        inside = looped or isinstance(child, (ast.For, ast.While, ast.ListComp, ast.GeneratorExp))
        if isinstance(child, ast.Call):
            yield child, inside
        yield from _calls(child, looped=inside)


def _constants(tree: ast.Module) -> Iterator[tuple[str, object]]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            found = literal(node.value, {}) if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Name) and found is not None:
                yield target.id, found.value


def _imported(root: Path, path: Path, tree: ast.Module) -> Iterator[tuple[Path, ast.Module]]:
    """Modules of the project that a file imports, one level deep."""
    seen = {path}
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _package(root, path, node.level) + ([node.module] if node.module else [])
            stem = ".".join(base)
            names = [stem, *(f"{stem}.{alias.name}".strip(".") for alias in node.names)]
        for name in names:
            file = entry_file(root, f"-m {name}") or _beside(path, name)
            if name and file is not None and file not in seen and file.name != "__main__.py":
                seen.add(file)
                module = _parsed(file)
                if module is not None:
                    yield file, module


def _package(root: Path, path: Path, level: int) -> list[str]:
    if not level:
        return []
    parts = list(path.relative_to(root).parts[:-1])
    parts = parts[1:] if parts[:1] == ["src"] else parts
    return parts[: len(parts) - level + 1]


def _beside(path: Path, name: str) -> Path | None:
    # A script's own folder is first on its sys.path.
    file = path.parent.joinpath(*name.split(".")).with_suffix(".py") if name else None
    return file if file is not None and file.is_file() else None


def _signature(tree: ast.Module, name: str) -> Schema:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            return _function(node)
    return Schema(notes=(f"there is no function `{name}`",))


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Schema:
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(node.args.defaults))
    pairs = [
        *zip(positional, [*defaults, *node.args.defaults], strict=True),
        *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
    ]
    found = tuple(_parameter(argument, default) for argument, default in pairs)
    return Schema(found, node.args.kwarg is None, "signature")


def _parameter(argument: ast.arg, default: ast.expr | None) -> Parameter:
    known = literal(default, {}) if default is not None else None
    value = known.value if known else None
    annotation = ast.unparse(argument.annotation) if argument.annotation else ""
    kind = annotation if annotation in ("int", "float", "bool", "str") else type(value).__name__
    return Parameter(
        key=argument.arg,
        flag=f"--{argument.arg}",
        type=kind if kind in ("int", "float", "bool", "str") else "any",
        default=value,
        default_known=default is None or known is not None,
        required=default is None,
    )
