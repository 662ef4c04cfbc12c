"""jsonargparse's ``CLI`` and what lightning makes of it: signatures, with dots between nested names."""

from __future__ import annotations

import ast

from skylift.project.parameters.context import Context, context_of, keywords
from skylift.project.parameters.fields import Function, arguments_of, takes_more
from skylift.project.parameters.nested import Leaves, Style, leaf_option
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.names import Module, Place
from skylift.project.source.program import Program
from skylift.values.arguments import Parameter

_STYLE = Style(names=True, lists="json", false="false")
_CLIS = ("jsonargparse.CLI", "jsonargparse.auto_cli")
_LIGHTNING = ("LightningCLI",)
_COMMANDS = ("fit", "validate", "test", "predict")


def read_jsonargparse(program: Program, function: str = "") -> Reading | None:
    """The functions, classes, or the model and the data that the program hands over."""
    context = context_of(program, function)
    for module, call in context.reach.calls:
        full = module.full(call.func)
        if full in _CLIS:
            return _cli(context, module, call)
        if full.rpartition(".")[2] in _LIGHTNING and full.partition(".")[0] in (
            "lightning",
            "pytorch_lightning",
        ):
            return _lightning(context, module, call)
        if full == "jsonargparse.ArgumentParser":
            reading = Reading("jsonargparse", open=("config",))
            reading.notes.append(
                module.said(call, "a parser of jsonargparse that is built by hand is not read")
            )
            return reading
    return None


def _cli(context: Context, module: Module, call: ast.Call) -> Reading:
    reading = Reading("jsonargparse", open=("config",))
    given = call.args[0] if call.args else keywords(call).get("components")
    if given is None:
        places = [
            Place(module, name, node) for name, node in module.bound.items() if isinstance(node, Function)
        ]
    else:
        items = given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
        found = [context.class_or_function(module, item) for item in items]
        places = [place for place in found if place is not None]
        if len(places) < len(items):
            reading.notes.append(module.said(call, "a part of it is not in the project, or made at run time"))
    several = len(places) > 1
    for place in places:
        command = place.name if several else ""
        if command:
            reading.commands = (*reading.commands, command)
            reading.command_required = True
        if isinstance(place.node, ast.ClassDef):
            _methods(context, reading, place, command)
        _leaves(context, reading, place, command, positional=True)
    return reading


def _methods(context: Context, reading: Reading, place: Place, path: str) -> None:
    """A class's methods are sub-commands."""
    assert isinstance(place.node, ast.ClassDef)
    for node in place.node.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            inner = f"{path} {node.name}".strip()
            reading.commands = (*[name for name in reading.commands if name != path], inner)
            reading.command_required = True
            if takes_more(node):
                reading.notes.append(place.module.said(node, f"`{node.name}` takes more than it names"))
            for one in arguments_of(place.module, node, method=True):
                kind = context.annotations.read(one.module, one.annotation)
                default = context.default_of(one)
                flag = "--" + one.name if one.default is not None else ""
                parameter = Parameter(
                    one.name, flag, kind.type, default.value, default.known, required=not flag, command=inner
                )
                reading.options.append(Option(parameter, one.name))


def _leaves(
    context: Context,
    reading: Reading,
    place: Place,
    command: str,
    *,
    positional: bool = False,
    prefix: str = "",
) -> None:
    leaves = Leaves(context, reading)
    for leaf in leaves.of(place, (prefix,) if prefix else ()):
        found = leaf_option(leaf, _STYLE, command)
        if positional and leaf.required and len(leaf.path) == 1:
            # jsonargparse makes a positional of what has no default.
            values = {**vars(found.parameter), "flag": ""}
            found = Option(Parameter(**values), found.dest, found.variable, found.fallback)
        reading.options.append(found)
    for owner, base in leaves.foreign:
        if owner.node is not place.node or not base.rpartition(".")[2].endswith(("Module", "DataModule")):
            reading.notes.append(
                owner.module.said(owner.node, f"the arguments of `{base}` could not be read")
            )


def _lightning(context: Context, module: Module, call: ast.Call) -> Reading:
    """``fit --model.lr``, ``fit --data.batch_size``; the trainer's own are lightning's, and open."""
    reading = Reading(
        "LightningCLI",
        open=("trainer.*", "config", "ckpt_path", "seed_everything", "optimizer*", "lr_scheduler*"),
    )
    words = keywords(call)
    names = ["model_class", "datamodule_class"]
    given = {
        **dict(zip(names, call.args, strict=False)),
        **{name: words[name] for name in names if name in words},
    }
    run = context.constants.read(module, words.get("run"))
    commands = ("",) if run is not None and run.value is False else _COMMANDS
    for prefix, name in (("model", "model_class"), ("data", "datamodule_class")):
        if name not in given:
            if name == "model_class":
                reading.notes.append(module.said(call, "its model is chosen by name when it runs"))
            else:
                reading.open = (*reading.open, "data", "data.*")
            continue
        place = context.class_or_function(module, given[name])
        if place is None:
            reading.notes.append(module.said(call, f"`{ast.unparse(given[name])}` is not in the project"))
            continue
        for command in commands:
            _leaves(context, reading, place, command, prefix=prefix)
    if any(key.startswith("subclass_mode") for key in words):
        reading.notes.append(module.said(call, "classes are chosen by name when it runs"))
    if commands != ("",):
        reading.commands, reading.command_required = commands, True
    reading.remarks.append(
        "--trainer.NAME is lightning's own: [hyperparameters] may have `trainer.max_epochs`"
    )
    return reading
