"""The arguments an entry point takes, read from its source: nothing is imported or run (joint 11)."""

from __future__ import annotations

import ast
from pathlib import Path

from skylift.project.parameters.parsers import read_parsers
from skylift.project.source.entry import entry_file, function_name
from skylift.project.source.literals import literal
from skylift.project.source.modules import parsed
from skylift.project.source.notebooks import is_notebook, notebook_of
from skylift.values.arguments import ANY, Parameter, Schema
from skylift.values.settings import JobSettings

_TYPES = frozenset({"int", "float", "bool", "str"})


def read_schema(root: Path, job: JobSettings) -> Schema:
    """The parameters of a job. ``complete`` only when every one of them was read.

    The entry file is read, and the functions of the project's own modules that it uses, one level
    deep: a parser is often built there. A command has no source to read.
    """
    path = entry_file(root, job.entry_point) if job.entry_point else None
    if path is not None and is_notebook(job.entry_point):
        return notebook_of(path).schema
    if path is None or path.suffix != ".py":
        return Schema()
    tree = parsed(path)
    if tree is None:
        return Schema(notes=(f"{path.relative_to(root).as_posix()} is not Python that can be read",))
    function = function_name(job.entry_point or "")
    return _signature(tree, function) if function else _argparse(root, path, tree)


def _argparse(root: Path, path: Path, tree: ast.Module) -> Schema:
    source = read_parsers(root, path, tree)
    if not source.parsers:
        return Schema(notes=("no argparse parser was found",))
    parameters = tuple(option.parameter for option in source.options)
    return Schema(parameters, not source.notes, "argparse", tuple(source.notes))


def _signature(tree: ast.Module, name: str) -> Schema:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            return _function(node.args)
    return Schema(notes=(f"there is no function `{name}` at the module's top level",))


def _function(arguments: ast.arguments) -> Schema:
    """The arguments that can be given by name."""
    usual = list(
        zip(reversed([*arguments.posonlyargs, *arguments.args]), reversed(arguments.defaults), strict=False)
    )
    defaults = {argument.arg: default for argument, default in usual}
    defaults |= {
        argument.arg: default
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    }
    named = [*arguments.args, *arguments.kwonlyargs]
    parameters = tuple(_parameter(argument, defaults.get(argument.arg)) for argument in named)
    notes = [f"`**{arguments.kwarg.arg}` takes any name"] if arguments.kwarg else []
    notes += [f"`{argument.arg}` can not be given by name" for argument in arguments.posonlyargs]
    return Schema(parameters, not notes, "signature", tuple(notes))


def _parameter(argument: ast.arg, default: ast.expr | None) -> Parameter:
    known = literal(default, {}) if default is not None else None
    said = ast.unparse(argument.annotation).strip("'\"") if argument.annotation else ""
    kind = said.removesuffix("| None").strip() or type(known.value if known else None).__name__
    return Parameter(
        key=argument.arg,
        flag=f"--{argument.arg}",
        type=kind if kind in _TYPES else ANY,
        default=known.value if known else None,
        default_known=default is not None and known is not None and not known.variable,
        required=default is None,
    )
