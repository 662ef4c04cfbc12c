"""Libraries that make options of a class or a function: tyro, simple-parsing, pyrallis, draccus, typed-argument-parser,
pydantic-settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from skylift.project.parameters.context import Context, context_of, keywords
from skylift.project.parameters.fields import Function
from skylift.project.parameters.nested import Leaf, Leaves, Style, leaf_option
from skylift.project.parameters.reading import Reading
from skylift.project.source.names import Module, Place
from skylift.project.source.program import Program
from skylift.project.source.trees import walk
from skylift.values.arguments import Action, Parameter

_TYRO = Style(hyphens=True, off="no-", names=True, none="None")
_SIMPLE = Style(names=True, flat=True)
_PYRALLIS = Style(names=True, lists="json", false="false")
_TAP = Style()
_PYDANTIC = Style(lists="append", false="false")
_SIMPLE_PARSERS = (
    "simple_parsing.ArgumentParser",
    "simple_parsing.parse",
    "simple_parsing.parsing.ArgumentParser",
)
_MARKS = frozenset(
    {"Positional", "FlagConversionOff", "UseAppendAction", "UseCounterAction", "Fixed", "Suppress", "arg"}
)
"""What of ``tyro.conf`` is read."""
_WRAPS = ("pyrallis.wrap", "draccus.wrap")
_PARSES = ("pyrallis.parse", "draccus.parse")


def read_typed(program: Program, function: str = "") -> Reading | None:
    """The options of the first of these libraries that the program asks for its arguments."""
    context = context_of(program, function)
    readers: dict[str, Callable[[Context], Reading | None]] = {
        "tyro": _tyro,
        "simple_parsing": _simple_parsing,
        "pyrallis": _pyrallis,
        "draccus": _pyrallis,
        "tap": _tap,
        "pydantic_settings": _pydantic,
    }
    found = (read(context) for library, read in readers.items() if library in context.libraries)
    return next((reading for reading in found if reading is not None), None)


@dataclass(frozen=True)
class _Asked:
    """Where the class or the function is named that the options are made of."""

    module: Module
    node: ast.expr
    call: ast.Call


def _read(context: Context, reading: Reading, asked: _Asked, style: Style, command: str = "") -> None:
    place = context.class_or_function(asked.module, asked.node)
    if place is None:
        text = f"`{ast.unparse(asked.node)}` is not in the project, or is made at run time"
        reading.notes.append(asked.module.said(asked.call, text))
        return
    _leaves(context, reading, place, style, command)


def _leaves(context: Context, reading: Reading, place: Place, style: Style, command: str = "") -> None:
    taken: set[str] = set()
    leaves = Leaves(context, reading)
    for leaf in leaves.of(place):
        option = leaf_option(leaf, style, command)
        if option.parameter.key in taken:
            note = f"there is more than one `{option.parameter.key}`, and their flags get prefixes"
            reading.notes.append(leaf.field.module.said(leaf.field.node, note))
        taken.add(option.parameter.key)
        if style is _TYRO:
            parameter = _as_tyro(context, leaf, option.parameter, reading)
            reading.options += [
                replace(option, parameter=one, dest=one.key) for one in _table(leaf, parameter)
            ]
            continue
        if style is _TAP and leaf.kind.type == "bool":
            wanted: Action = "negative-flag" if leaf.default.value is True else "flag"
            option = replace(
                option, parameter=replace(option.parameter, action=wanted, false="", required=False)
            )
        reading.options.append(option)
    for owner, base in leaves.foreign:
        reading.notes.append(owner.module.said(owner.node, f"the fields of `{base}` could not be read"))


def _tyro(context: Context) -> Reading | None:
    reading = Reading("tyro")
    for module, call in context.reach.calls_of("tyro.cli", "tyro.extras.subcommand_cli_from_dict"):
        if not call.args:
            continue
        first, words = call.args[0], keywords(call)
        reading.notes += dict.fromkeys(_unheard_marks(context))
        if "config" in words:
            reading.notes.append(
                module.said(call, f"`config={ast.unparse(words['config'])}` changes what flags are called")
            )
        if "default" in words:
            reading.notes.append(module.said(call, "the defaults come from an instance"))
        if isinstance(first, ast.Dict):
            _tyro_commands(context, reading, module, call, first)
            return reading
        kind = context.annotations.read(module, first)
        classes = [kind.nested, *kind.nested_others] if kind.nested and kind.nested_others else []
        for place in classes:
            assert place is not None
            _tyro_command(context, reading, place, _hyphenated(place.name))
        if not classes:
            _read(context, reading, _Asked(module, first, call), _TYRO)
        return reading
    return None


def _unheard_marks(context: Context) -> Iterator[str]:
    """Marks of ``tyro.conf`` that change names or ways to give values, and that are not read here."""
    for module in context.reach.modules:
        for node in walk(module.tree):
            full = module.full(node) if isinstance(node, ast.Name | ast.Attribute) else ""
            head, _, mark = (full or "").rpartition(".")
            if head == "tyro.conf" and mark not in _MARKS:
                yield module.said(node, f"`tyro.conf.{mark}` changes what is taken from the command line")


def _tyro_commands(
    context: Context, reading: Reading, module: Module, call: ast.Call, table: ast.Dict
) -> None:
    for key, value in zip(table.keys, table.values, strict=True):
        place, name = context.class_or_function(module, value), context.constants.text(module, key)
        if place is None or not name:
            reading.notes.append(module.said(call, "a sub-command could not be read"))
        else:
            _tyro_command(context, reading, place, name)


def _tyro_command(context: Context, reading: Reading, place: Place, name: str) -> None:
    reading.commands = (*reading.commands, name)
    reading.command_required = True
    _leaves(context, reading, place, _TYRO, name)


def _hyphenated(name: str) -> str:
    """A class's name as tyro has it for a command.

    >>> _hyphenated("TrainArgs")
    'train-args'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower().replace("_", "-")


def _as_tyro(context: Context, leaf: Leaf, parameter: Parameter, reading: Reading) -> Parameter:
    """What ``tyro.conf`` in the annotation changes."""
    said = ast.unparse(leaf.field.annotation) if leaf.field.annotation is not None else ""
    for mark in leaf.kind.metadata:
        if isinstance(mark, ast.Call) and leaf.field.module.full(mark.func) == "tyro.conf.arg":
            words = keywords(mark)
            name = context.constants.text(leaf.field.module, words.get("name"))
            if name:
                key = ".".join([*parameter.key.split(".")[:-1], name])
                parameter = replace(parameter, key=key, flag="--" + key, aliases=(leaf.name,))
            if set(words) & {"prefix_name", "constructor"}:
                reading.notes.append(
                    leaf.field.module.said(leaf.field.node, f"`{leaf.name}` is named at run time")
                )
    if "UseAppendAction" in said:
        return replace(parameter, action="append", nargs="", required=False)
    if "UseCounterAction" in said:
        return replace(parameter, action="count", type="int")
    if "Positional" in said or leaf.field.positional:
        return replace(parameter, flag="", nargs=parameter.nargs or ("" if leaf.required else "?"))
    if "FlagConversionOff" in said and parameter.off:
        return replace(parameter, action="store", off="", false="False")
    return parameter


def _table(leaf: Leaf, parameter: Parameter) -> Iterator[Parameter]:
    """tyro has a flag for each key of a table that is the default, and takes pairs where it is empty."""
    usual = parameter.default
    said = ast.unparse(leaf.field.annotation) if leaf.field.annotation is not None else ""
    if re.search(r"\b(Fixed|Suppress)\b", said):
        return
    if not leaf.kind.table:
        yield parameter
    elif isinstance(usual, dict) and usual and leaf.default.known:
        for name, value in usual.items():
            kind = type(value).__name__
            key = f"{parameter.key}.{str(name).replace('_', '-')}"
            one = replace(
                parameter, key=key, flag="--" + key, default=value, aliases=(f"{leaf.name}.{name}",)
            )
            off = f"--{parameter.key}.no-{str(name).replace('_', '-')}"
            is_bool = kind == "bool"
            yield replace(
                one,
                type=kind if kind in ("int", "float", "str", "bool") else "str",
                action="boolean-optional" if is_bool else "store",
                off=off if is_bool else "",
            )
    else:
        yield replace(parameter, nargs="*", type="str", types=leaf.kind.types or ("str", "str"))


def _simple_parsing(context: Context) -> Reading | None:
    reading = Reading("simple-parsing")
    started = False
    for module, call in context.reach.calls:
        full = module.full(call.func)
        started = started or full in _SIMPLE_PARSERS
        added = isinstance(call.func, ast.Attribute) and call.func.attr == "add_arguments"
        if (added or full == "simple_parsing.parse") and call.args:
            words = keywords(call)
            if "prefix" in words or "default" in words:
                reading.notes.append(module.said(call, "a prefix or a default is set here"))
            _read(context, reading, _Asked(module, call.args[0], call), _SIMPLE)
        elif (
            started
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in ("add_argument", "add_subparsers")
        ):
            reading.notes.append(module.said(call, "what is declared beside the dataclasses is not read"))
        elif started and isinstance(call.func, ast.Attribute) and call.func.attr == "parse_known_args":
            reading.notes.append(module.said(call, "the script accepts arguments that it does not declare"))
    return reading if started else None


def _pyrallis(context: Context) -> Reading | None:
    reading = Reading("pyrallis" if "pyrallis" in context.libraries else "draccus")
    reading.open = ("config_path",)
    for module, call in context.reach.calls_of(*_PARSES):
        given = keywords(call).get("config_class") or (call.args[0] if call.args else None)
        if given is not None:
            _read(context, reading, _Asked(module, given, call), _PYRALLIS)
            return reading
    for module, function in _wrapped(context):
        arguments = function.args.args
        kind = context.annotations.read(module, arguments[0].annotation) if arguments else None
        if kind is not None and kind.nested is not None:
            _leaves(context, reading, kind.nested, _PYRALLIS)
        else:
            reading.notes.append(module.said(function, "its config class could not be read"))
        return reading
    return None


def _wrapped(context: Context) -> Iterator[tuple[Module, Function]]:
    for module, node in context.reach.code:
        if isinstance(node, Function) and any(
            module.full(one.func if isinstance(one, ast.Call) else one) in _WRAPS
            for one in node.decorator_list
        ):
            yield module, node


def _tap(context: Context) -> Reading | None:
    reading = Reading("typed-argument-parser")
    for module, call in context.reach.calls:
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "parse_args":
            continue
        made = call.func.value
        place = context.class_or_function(module, made.func if isinstance(made, ast.Call) else made)
        if place is None and isinstance(made, ast.Name):
            bound = context.reach.find(module, made)
            value = bound.node if bound is not None else None
            place = context.class_or_function(module, value.func) if isinstance(value, ast.Call) else None
        if place is None or not _derives(place, "Tap"):
            continue
        _leaves(context, reading, place, _TAP)
        if any(isinstance(node, Function) and node.name == "configure" for node in place.node.body):  # type: ignore[union-attr]
            reading.notes.append(place.module.said(place.node, "`configure` may add arguments"))
        return reading
    return None


def _derives(place: Place, base: str) -> bool:
    bases = place.node.bases if isinstance(place.node, ast.ClassDef) else []
    return any(place.module.full(one).rpartition(".")[2] == base for one in bases)


def _pydantic(context: Context) -> Reading | None:
    reading = Reading("pydantic-settings")
    for module, call in context.reach.calls:
        place = context.class_or_function(module, call.func)
        if module.full(call.func) == "pydantic_settings.CliApp.run" and call.args:
            place = context.class_or_function(module, call.args[0])
        elif place is None or not (_derives(place, "BaseSettings") and _parses(place, call)):
            continue
        if place is not None:
            _leaves(context, reading, place, _PYDANTIC)
            return reading
    return None


def _parses(place: Place, call: ast.Call) -> bool:
    """``cli_parse_args`` at the class, in its settings, or where it is made."""
    words = {*keywords(call), *(keyword.arg for keyword in getattr(place.node, "keywords", []))}
    said = "_cli_parse_args" in words or "cli_parse_args" in words
    settings = (node for node in walk(place.node) if isinstance(node, ast.keyword))
    return said or any(node.arg == "cli_parse_args" for node in settings)
