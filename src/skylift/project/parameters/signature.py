"""The parameters of a function that is an entry point: its signature."""

from __future__ import annotations

import ast

from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.literals import literal
from skylift.project.source.program import Program
from skylift.values.arguments import ANY, Parameter

SIGNATURE = "signature"
_TYPES = frozenset({"int", "float", "bool", "str"})


_OF_CONSOLE_SCRIPTS = frozenset({"argv", "args", "cli_args", "arguments", "sys_argv"})


def reads_command_line(program: Program, name: str) -> bool:
    """Whether it may be what a console script calls: without arguments, with a list in place of argv, or no plain
    function: a click command, a typer application."""
    for node in program.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            positional = [*node.args.posonlyargs, *node.args.args]
            needed = len(positional) - len(node.args.defaults)
            names = {argument.arg for argument in [*positional, *node.args.kwonlyargs]}
            return bool(node.decorator_list) or (needed == 0 and names <= _OF_CONSOLE_SCRIPTS)
    return "." not in name


def read_signature(program: Program, name: str) -> Reading:
    """The arguments of a function at a module's top level, which the runtime calls by name."""
    for node in program.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            return _function(node.args)
    return Reading(SIGNATURE, notes=[f"there is no function `{name}` at the module's top level"])


def _function(arguments: ast.arguments) -> Reading:
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
    options = [Option(_parameter(argument, defaults.get(argument.arg)), argument.arg) for argument in named]
    notes = [f"`**{arguments.kwarg.arg}` takes any name"] if arguments.kwarg else []
    notes += [f"`{argument.arg}` can not be given by name" for argument in arguments.posonlyargs]
    return Reading(SIGNATURE, options, notes)


def _parameter(argument: ast.arg, default: ast.expr | None) -> Parameter:
    known = literal(default, {}) if default is not None else None
    said = ast.unparse(argument.annotation).strip("'\"") if argument.annotation else ""
    kind = said.removesuffix("| None").strip() or type(known.value if known else None).__name__
    return Parameter(
        key=argument.arg,
        flag=f"--{argument.arg}",
        type=kind if kind in _TYPES else ANY,
        default=known.value if known else None,
        default_known=default is None or (known is not None and not known.variable),
        required=default is None,
    )
