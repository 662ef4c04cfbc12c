"""Programs whose arguments are the keys of a config: Hydra's, and those of OmegaConf's command line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skylift.project.parameters.config_keys import REQUIRED, Keys
from skylift.project.parameters.context import Context, context_of, keywords, opaque
from skylift.project.parameters.fields import Function
from skylift.project.parameters.hydra_configs import Composed, Composer, Group, Store
from skylift.project.parameters.nested import Leaves
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.documents import read_document
from skylift.project.source.names import Module
from skylift.project.source.program import Program
from skylift.project.source.trees import walk
from skylift.values.arguments import ANY, Parameter

_OPEN = ("hydra.*", "hydra/*", "+*", "~*")
"""What Hydra takes beside the config's own keys."""


def read_hydra(
    program: Program, function: str = "", chosen: Mapping[str, Any] | None = None
) -> Reading | None:
    """The composed config of the function that ``hydra.main`` decorates.

    :param chosen: configs that are chosen instead of those of the defaults lists, by group; None for none.
    """
    context = context_of(program, function)
    if "hydra" not in context.libraries:
        return None
    for module, call in _mains(context):
        reading = Reading("hydra", open=_OPEN)
        _read(context, module, call, reading, chosen or {})
        return reading
    return _composing(context, chosen or {})


def _composing(context: Context, chosen: Mapping[str, Any]) -> Reading | None:
    """``compose("config", overrides=sys.argv[1:])``: the overrides of a program that starts Hydra itself."""
    for module, call in context.reach.calls_of("hydra.compose", "hydra.experimental.compose"):
        words = keywords(call)
        given = words.get("overrides") or (call.args[1] if len(call.args) > 1 else None)
        near: ast.AST | None = context.assigned_near(module, given) or given
        bound = context.reach.find(module, near)
        near = bound.node if bound is not None else near
        if near is None or not any(module.full(inner) == "sys.argv" for inner in walk(near)):
            continue
        begun = ("hydra.initialize", "hydra.initialize_config_dir", "hydra.experimental.initialize")
        first = next((one for _, one in context.reach.calls_of(*begun)), None)
        said = keywords(first) if first is not None else {}
        folder = (
            said.get("config_path")
            or said.get("config_dir")
            or (first.args[0] if first and first.args else None)
        )
        name = words.get("config_name") or (call.args[0] if call.args else None)
        pairs = (("config_path", folder), ("config_name", name))
        made = ast.Call(call.func, [], [ast.keyword(key, node) for key, node in pairs if node is not None])
        reading = Reading("hydra", open=("+*", "~*"))
        _read(context, module, ast.copy_location(made, call), reading, chosen)
        return reading
    return None


def _mains(context: Context) -> Iterator[tuple[Module, ast.Call | None]]:
    for module, node in context.reach.code:
        if not isinstance(node, Function):
            continue
        for one in node.decorator_list:
            call = one if isinstance(one, ast.Call) else None
            if module.full(call.func if call else one) == "hydra.main":
                yield module, call
    # Without a decorator: hydra.main(config_path="conf", …)(train)()
    yield from context.reach.calls_of("hydra.main")


def _read(
    context: Context, module: Module, call: ast.Call | None, reading: Reading, chosen: Mapping[str, Any]
) -> None:
    words = keywords(call) if call is not None else {}
    arguments = call.args if call is not None else []
    path = words.get("config_path") or (arguments[0] if arguments else None)
    name = context.constants.text(
        module, words.get("config_name") or (arguments[1] if len(arguments) > 1 else None)
    )
    if call is not None and opaque(call):
        reading.notes.append(module.said(call, "which config it is, is said at run time"))
        return
    if not name:
        return
    folder = _folder(context, module, path, name)
    composed = Composer(context, Store(context, folder), reading, chosen).compose(name)
    if composed is None:
        reading.notes.append(module.said(call or module.tree, f"its config `{name}` was not found"))
        return
    reading.options = [_group_option(group) for group in composed.groups.values()]
    reading.groups = tuple(composed.groups)
    # A class may have a field for a group: what stands there is the choice's.
    reading.options += [one for one in composed.keys.options() if one.dest not in composed.groups]
    if folder is not None and (folder / f"{name.removesuffix('.yaml')}.yaml").is_file():
        shown = (folder / f"{name.removesuffix('.yaml')}.yaml").relative_to(context.program.root.resolve())
        reading.remarks.append(f"these are the keys of {shown.as_posix()}, and of what it is composed of")
    _changed_classes(reading, composed)


def _changed_classes(reading: Reading, composed: Composed) -> None:
    groups = [key for key, group in composed.groups.items() if len(group.options) > 1]
    if groups:
        names = ", ".join(groups)
        reading.remarks.append(f"some keys are there only with another choice of {names}")


def _group_option(group: Group) -> Option:
    several = isinstance(group.chosen, list)
    required = group.chosen == REQUIRED
    known = not (isinstance(group.chosen, str) and "${" in group.chosen)
    return Option(
        Parameter(
            key=group.key,
            type=ANY if several or group.optional or group.chosen is None else "str",
            default=group.chosen if known and not required else None,
            default_known=known,
            choices=()
            if several
            else (*group.options, *((None,) if group.optional and group.options else ())),
            required=required,
            help="a choice of configs",
            spelling="hydra",
        ),
        group.key,
    )


def _folder(context: Context, module: Module, path: ast.expr | None, name: str) -> Path | None:
    """The folder of the configs: beside the file that names it; where the path is put together, the one that fits."""
    if path is None or (isinstance(path, ast.Constant) and path.value is None):
        return None
    said = context.constants.text(module, path)
    texts = (
        [said]
        if said
        else [n.value for n in walk(path) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    )
    package = said.removeprefix("pkg://").replace(".", "/") if said.startswith("pkg://") else ""
    root = context.program.root.resolve()
    for base in (module.path.parent, root, root / "src"):
        for text in (package,) if package else texts:
            folder = (base / text).resolve()
            if folder.is_relative_to(root) and (folder / f"{name.removesuffix('.yaml')}.yaml").is_file():
                return folder
    usual = (module.path.parent / said).resolve()
    return usual if said and usual.is_dir() and usual.is_relative_to(root) else None


def read_omegaconf(program: Program, function: str = "") -> Reading | None:
    """The keys of the configs that ``OmegaConf.from_cli()`` is merged with."""
    context = context_of(program, function)
    if "omegaconf" not in context.libraries or not list(
        context.reach.calls_of("omegaconf.OmegaConf.from_cli")
    ):
        return None
    reading, keys = Reading("omegaconf"), Keys()
    for module, call in context.reach.calls_of("omegaconf.OmegaConf.structured"):
        place = context.class_or_function(module, _class(call)) if call.args else None
        if place is None:
            reading.notes.append(module.said(call, "the class of this config could not be read"))
            continue
        for leaf in Leaves(context, reading).of(place):
            keys.declare(leaf)
    for module, call in context.reach.calls_of("omegaconf.OmegaConf.load", "omegaconf.OmegaConf.create"):
        _laid(context, module, call, keys, reading)
    _asked(context, keys)
    reading.options = keys.options()
    if not reading.options:
        reading.notes.append(f"{context.reach.entry.name}: which keys it takes could not be read")
    return reading


def _class(call: ast.Call) -> ast.expr:
    return call.args[0].func if isinstance(call.args[0], ast.Call) else call.args[0]


def _laid(context: Context, module: Module, call: ast.Call, keys: Keys, reading: Reading) -> None:
    """A file or a table that the command line is merged with."""
    node = call.args[0] if call.args else None
    if module.full(call.func).endswith("create"):
        found = context.constants.read(module, node)
        values = found.value if found is not None else {} if node is None else None
    else:
        text = context.constants.text(module, node)
        values = None
        for base in (context.program.root, context.reach.entry.path.parent):
            values = values or (read_document(base / text, "omegaconf") if text else None)
    if isinstance(values, dict):
        keys.lay(values)
    else:
        said = ast.unparse(node) if node is not None else ""
        reading.notes.append(module.said(call, f"which config `{said}` is, is said at run time"))


def _asked(context: Context, keys: Keys) -> None:
    """Keys that the code reads of the command line itself: ``cli.config``."""
    names = {
        (id(module), target.id)
        for module, node in context.reach.code
        for inner in walk(node)
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Call)
        if module.full(inner.value.func) == "omegaconf.OmegaConf.from_cli"
        for target in inner.targets
        if isinstance(target, ast.Name)
    }
    for module, node in context.reach.code if names else ():
        for inner in walk(node):
            owner = inner.value if isinstance(inner, ast.Attribute) else None
            if isinstance(owner, ast.Name) and (id(module), owner.id) in names:
                keys.add_unseen({inner.attr: None})  # type: ignore[attr-defined]
