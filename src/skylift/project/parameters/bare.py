"""Programs without a parser: ``sys.argv`` by its places, or nothing at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from skylift.project.parameters.context import Context, context_of
from skylift.project.parameters.reading import BY_PLACE, Option, Reading
from skylift.project.source.literals import environment_variable
from skylift.project.source.names import Module
from skylift.project.source.program import Program
from skylift.project.source.trees import parents_in, walk
from skylift.values.arguments import Parameter

PARSERS = frozenset(
    {
        "absl", "argh", "argparse", "asyncclick", "cleo", "click", "cloup", "configargparse", "defopt", "docopt",
        "draccus", "fire", "getopt", "gflags", "gin", "hydra", "jsonargparse", "optparse", "plac",
        "pydantic_settings", "pyrallis", "rich_click", "sacred", "simple_parsing", "tap", "typer", "tyro",
    }
)  # fmt: skip
"""Libraries that may read the command line."""
_MOST_PLACES = 50
_SHOWN = 8
_CASTS = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "str": "str",
    "Path": "path",
    "pathlib.Path": "path",
}
_STARTS = frozenset({"main", "cli", "run_cli", "cli_main", "launch", "run_main"})


def read_bare(program: Program, function: str = "") -> Reading | None:
    """Complete, and without parameters, when no code that the program has touches its command line."""
    context = context_of(program, function)
    uses = [use for module, node in context.reach.code for use in _uses(module, node)]
    if uses:
        return _by_place(context, uses)
    reading = Reading("")
    touched = [module.name for module in context.reach.modules if _touches(module)]
    lightning = any(
        full.endswith(".LightningCLI") for m in context.reach.modules for full in m.imports.values()
    )
    libraries = (context.libraries & PARSERS) | ({"LightningCLI"} if lightning else set())
    if touched:
        reading.notes.append(f"{touched[0]}: it reads sys.argv")
    if libraries:
        reading.notes.append(
            f"{program.name}: {', '.join(sorted(libraries))} is imported, and no use of it could be read"
        )
    reading.notes += [
        module.said(call, f"`{ast.unparse(call.func)}` is not the project's, and may read the command line")
        for module, call in context.reach.calls
        if _starts_elsewhere(context, module, call)
    ]
    _variables(context, reading)
    if not reading.notes:
        reading.remarks += _constants(program)
    return reading


def _constants(program: Program) -> list[str]:
    """That numbers which the code has written down are no parameters, and how one becomes one."""
    found = {name: value for node in program.tree.body for name, value in _number(node)}
    if not found:
        return []
    name, value = next(iter(found.items()))
    flag = name.lower().replace("_", "-").strip("-")
    example = f'add_argument("--{flag}", type={type(value).__name__}, default={value})'
    names = ", ".join(list(found)[:_SHOWN])
    what = f"{names} in {program.name} can not be set"
    return [f"{what}: read it by argparse to make it a parameter, {example}"]


def _number(node: ast.stmt) -> Iterator[tuple[str, int | float]]:
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
        target, value = node.targets[0], node.value.value
        if not isinstance(value, int | float) or isinstance(value, bool):
            return
        if isinstance(target, ast.Name) and target.id.isupper():
            yield target.id, value


def _starts_elsewhere(context: Context, module: Module, call: ast.Call) -> bool:
    full = module.full(call.func)
    foreign = full.partition(".")[0] in {name.partition(".")[0] for name in module.imports.values()}
    return (
        full.rpartition(".")[2] in _STARTS
        and "." in full
        and foreign
        and context.reach.find(module, call.func) is None
    )


def _touches(module: Module) -> bool:
    named = any(isinstance(node, ast.Attribute) and node.attr == "argv" for node in module.nodes)
    return named or "sys.argv" in module.imports.values()


def _asked_otherwise(context: Context) -> bool:
    """Whether there is more than the places to it: ``"--fast" in sys.argv``, or a parser that nobody was seen to use."""
    compared = (
        module.full(side) == "sys.argv"
        for module, node in context.reach.code
        for inner in walk(node)
        if isinstance(inner, ast.Compare)
        for side in (inner.left, *inner.comparators)
    )
    return bool(context.libraries & PARSERS) or any(compared)


@dataclass(frozen=True)
class _Use:
    """One mention of ``sys.argv``, in the expression around it."""

    module: Module
    node: ast.AST
    index: int | None
    """None for anything but one place."""
    cast: str = "str"
    name: str = ""
    fallback: ast.expr | None = None
    has_fallback: bool = False


def _uses(module: Module, root: ast.AST) -> Iterator[_Use]:
    parents = parents_in(root)
    for node in walk(root):
        if module.full(node) != "sys.argv" or not isinstance(getattr(node, "ctx", None), ast.Load):
            continue
        parent = parents.get(id(node))
        if isinstance(parent, ast.Call) and module.full(parent.func) == "len":
            continue
        index = parent.slice if isinstance(parent, ast.Subscript) else None
        if (
            isinstance(parent, ast.Subscript)
            and isinstance(index, ast.Constant)
            and isinstance(index.value, int)
        ):
            if index.value > 0:
                yield _place(module, parent, index.value, parents)
        elif not isinstance(parent, ast.Compare):
            yield _Use(module, node, None)


def _place(module: Module, node: ast.AST, index: int, parents: Mapping[int, ast.AST]) -> _Use:
    """How one argument is used: its type, the name it is given, and what stands in when it is not there."""
    cast, fallback, has_fallback, name = "str", None, False, ""
    above = parents.get(id(node))
    while above is not None and not isinstance(above, ast.stmt):
        if isinstance(above, ast.Call):
            cast = _CASTS.get(module.full(above.func), cast)
        if isinstance(above, ast.IfExp):
            has_fallback = True
            fallback = above.orelse if _is_within(node, above.body) else above.body
        above = parents.get(id(above))
    if isinstance(above, ast.Assign) and len(above.targets) == 1:
        target = above.targets[0]
        name = (
            target.id
            if isinstance(target, ast.Name)
            else target.attr
            if isinstance(target, ast.Attribute)
            else ""
        )
    return _Use(module, node, index, cast, name, fallback, has_fallback or _is_guarded(node, parents))


def _is_within(node: ast.AST, outer: ast.AST) -> bool:
    return any(inner is node for inner in walk(outer))


def _is_guarded(node: ast.AST, parents: Mapping[int, ast.AST]) -> bool:
    """Whether it stands in an ``if len(sys.argv) > 1``, or in a ``try``."""
    above = parents.get(id(node))
    while above is not None:
        if isinstance(above, ast.If | ast.Try):
            return True
        above = parents.get(id(above))
    return False


def _by_place(context: Context, uses: list[_Use]) -> Reading:
    reading = Reading(BY_PLACE)
    first = uses[0]
    said = first.module.said(first.node, "it reads sys.argv itself")
    # A name means nothing to a program that looks at nothing but places.
    only_places = all(use.index is not None for use in uses) and not _asked_otherwise(context)
    (reading.remarks if only_places else reading.notes).append(said)
    by_index: dict[int, _Use] = {}
    for use in uses:
        if use.index is not None and use.index <= _MOST_PLACES:
            by_index.setdefault(use.index, use)
    for index in range(1, max(by_index, default=0) + 1):
        one = by_index.get(index, _Use(first.module, first.node, index))
        default = context.default(one.module, one.fallback)
        parameter = Parameter(
            key=one.name or f"argument-{index}",
            type=one.cast,
            default=default.value,
            default_known=default.known
            and not default.variable
            and (one.fallback is not None or not one.has_fallback),
            nargs="?" if one.has_fallback else "",
            required=not one.has_fallback,
        )
        reading.options.append(Option(parameter, f"sys.argv[{index}]", default.variable))
    return reading


def _variables(context: Context, reading: Reading) -> None:
    """Settings that come from the environment."""
    names: dict[str, None] = {}
    for module, node in context.reach.code:
        for inner in walk(node):
            found = environment_variable(inner, context.constants.of(module))
            if (
                found is not None
                and found.variable
                and not found.variable.startswith(("SM_", "CUDA", "OMP_", "TF_"))
            ):
                names[found.variable] = None
    if names:
        said = ", ".join(list(names)[:10])
        reading.remarks.append(f"it is set by variables ({said}): [targets.NAME.environment] has them")
