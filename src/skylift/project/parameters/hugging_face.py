"""HfArgumentParser: several dataclasses, one flag a field (transformers, "hf_argparser.py")."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from skylift.project.parameters.context import Context, context_of, keywords
from skylift.project.parameters.nested import Leaf, Leaves, Style, leaf_option
from skylift.project.parameters.reading import Option, Reading
from skylift.project.parameters.transformers_arguments import KNOWN, training_options
from skylift.project.source.names import Module, Place
from skylift.project.source.program import Program

_PARSERS = frozenset({"HfArgumentParser", "TrlParser", "H4ArgumentParser"})
_FILES = frozenset({"parse_json_file", "parse_yaml_file"})
_DERIVED = re.compile(r"\w*TrainingArguments|(SFT|DPO|GRPO|Reward|KTO|ORPO|CPO|GKD|RLOO|OnlineDPO|BCO)Config")
"""Classes of transformers and trl that are TrainingArguments."""


def read_hugging_face(program: Program, function: str = "") -> Reading | None:
    """The fields of the dataclasses that the parser is made of."""
    context = context_of(program, function)
    reader = _Reader(context)
    for module, call in context.reach.calls:
        name = _parser(context, module, call)
        if name:
            reader.parser(module, call, name)
            break
    else:
        return None
    for module, call in context.reach.calls:
        reader.use(module, call)
    return reader.reading


def _parser(context: Context, module: Module, call: ast.Call) -> str:
    name = module.full(call.func).rpartition(".")[2]
    if name in _PARSERS:
        return name
    place = context.reach.find(module, call.func)
    bases = place.node.bases if place is not None and isinstance(place.node, ast.ClassDef) else []
    known = (place.module.full(base).rpartition(".")[2] for base in bases) if place is not None else ()
    return next((base for base in known if base in _PARSERS), "")


class _Reader:
    def __init__(self, context: Context) -> None:
        self._context = context
        self.reading = Reading("HfArgumentParser")
        self._made_in: Module | None = None

    def parser(self, module: Module, call: ast.Call, name: str) -> None:
        self._made_in = module
        given = call.args[0] if call.args else keywords(call).get("dataclass_types")
        if name == "TrlParser":
            self.reading.open = (*self.reading.open, "config")
        classes = list(self._classes(module, given)) if given is not None else []
        if not classes:
            self.reading.notes.append(module.said(call, "the dataclasses of this parser could not be read"))
        for one, said in classes:
            place = self._context.class_or_function(one, said)
            if place is not None:
                self._fields(place)
            else:
                self._foreign(one.full(said) or ast.unparse(said), one, said)

    def _classes(self, module: Module, node: ast.expr) -> Iterator[tuple[Module, ast.expr]]:
        if isinstance(node, ast.Tuple | ast.List):
            for item in node.elts:
                yield from self._classes(module, item)
            return
        near = self._context.assigned_near(module, node)
        if near is not None:
            yield from self._classes(module, near)
            return
        place = self._context.reach.find(module, node)
        if place is not None and isinstance(place.node, ast.Tuple | ast.List):
            yield from self._classes(place.module, place.node)
        else:
            yield module, node

    def _fields(self, place: Place) -> None:
        leaves = Leaves(self._context, self.reading)
        for leaf in leaves.of(place):
            self._add(_option(leaf))
        for owner, base in leaves.foreign:
            self._foreign(base, owner.module, owner.node)

    def _foreign(self, full: str, module: Module, node: ast.AST) -> None:
        """A class of a library: the best known of its fields, and a note that there are more."""
        name = full.rpartition(".")[2]
        if _DERIVED.fullmatch(name):
            for option in training_options(name):
                self._add(option)
        more = (
            "has more fields than are listed"
            if name in KNOWN
            else "is not in the project: its fields can not be read"
        )
        self.reading.notes.append(module.said(node, f"`{full}` {more}"))

    def _add(self, option: Option) -> None:
        if all(known.parameter.key != option.parameter.key for known in self.reading.options):
            self.reading.options.append(option)

    def use(self, module: Module, call: ast.Call) -> None:
        """How the parser is asked."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in _FILES:
            kind = "JSON" if "json" in name else "YAML"
            self.reading.remarks.append(
                f"{module.name}: it also takes one {kind} file with all values as its only argument"
            )
        elif name == "parse_args_into_dataclasses":
            found = self._context.constants.read(module, keywords(call).get("return_remaining_strings"))
            if found is not None and found.value:
                self.reading.notes.append(
                    module.said(call, "the script accepts arguments that it does not declare")
                )
        elif name == "add_argument" and call.args and module is self._made_in:
            self.reading.notes.append(
                module.said(call, f"`{ast.unparse(call.args[0])}` is declared beside the dataclasses")
            )


_STYLE = Style(lists="*")


def _option(leaf: Leaf) -> Option:
    found = leaf_option(leaf, _STYLE)
    kind, parameter = leaf.kind, found.parameter
    if kind.union and kind.type == "any":
        parameter = replace(parameter, type="str")
    if kind.nargs:
        parameter = replace(parameter, nargs="+")
    if kind.type == "bool" and not kind.nargs:
        usual = False if leaf.required else parameter.default
        off = f"--no_{parameter.key}" if usual is True else ""
        parameter = replace(
            parameter, default=usual, required=leaf.required and kind.optional, off=off, false="False"
        )
    return replace(found, parameter=parameter)
