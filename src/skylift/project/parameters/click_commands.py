"""The click command that a program starts, with its groups and the commands in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from skylift.project.parameters.click_options import CLICKS, OPTIONS, Unread, read_click_option
from skylift.project.parameters.context import Context, context_of, decorators, keywords
from skylift.project.parameters.reading import Reading
from skylift.project.source.names import Module, Place
from skylift.project.source.program import Program
from skylift.project.source.trees import children, walk

_MAKES = frozenset({"command", "group"})
_HARMLESS = frozenset(
    {
        "pass_context",
        "pass_obj",
        "make_pass_decorator",
        "wraps",
        "no_grad",
        "inference_mode",
        "record",
        "beartype",
    }
)
_OPEN = frozenset({"ignore_unknown_options", "allow_extra_args"})
_SUFFIXES = ("_command", "_cmd", "_group", "_grp")
_DEEPEST = 6


def read_click(program: Program, function: str = "") -> Reading | None:
    """The options of the command that the program calls, and of the sub-commands below it."""
    context = context_of(program, function)
    if not context.libraries & set(CLICKS):
        return None
    started = next(_started(context), None)
    if started is None:
        return None
    reader = _Commands(context)
    reader.command(started, "")
    return reader.reading


def _started(context: Context) -> Iterator[Place]:
    """The commands that are called: ``main()``, ``cli(obj={})``, ``cli.main(…)``."""
    for module, call in context.reach.calls:
        owner = call.func.value if _is_attribute(call.func, "main") else call.func  # type: ignore[attr-defined]
        place = context.reach.find(module, owner)
        if place is not None and _maker(place) is not None:
            yield place


def _is_attribute(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name


def _maker(place: Place) -> tuple[str, ast.Call | None, ast.expr] | None:
    """How a function became a command: ``command`` or ``group``, in which call, and on what."""
    for name, call in decorators(place.node):
        if isinstance(name, ast.Attribute) and name.attr in _MAKES:
            return name.attr, call, name.value
        full = place.module.full(name)
        if full.rpartition(".")[0] in CLICKS and full.rpartition(".")[2] in _MAKES:
            return full.rpartition(".")[2], call, name
    return None


class _Commands:
    """Reads command by command."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.reading = Reading("click")

    def command(self, place: Place, path: str, depth: int = 0) -> None:
        """One command; of a group also those below it."""
        maker = _maker(place)
        if maker is None or depth > _DEEPEST:
            return
        kind, call, _ = maker
        self.reading.handlers.append((path, place.module.name, getattr(place.node, "lineno", 0)))
        words = keywords(call) if call is not None else {}
        self._settings(place, words)
        _Options(self._context, self.reading, path).of(place)
        if kind != "group":
            return
        invoked = self._context.constants.read(place.module, words.get("invoke_without_command"))
        if not path:
            self.reading.command_required = not (invoked is not None and invoked.value)
        if "chain" in words:
            self.reading.notes.append(
                place.module.said(place.node, "several commands can follow one another")
            )
        for name, below in self._below(place):
            inner = f"{path} {name}".strip()
            if _maker(below) is None:
                self.reading.notes.append(
                    below.module.said(below.node, f"the command `{inner}` could not be read")
                )
            elif _maker(below)[0] != "group":  # type: ignore[index]
                self.reading.commands = (*self.reading.commands, inner)
            self.command(below, inner, depth + 1)

    def _settings(self, place: Place, words: Mapping[str, ast.expr]) -> None:
        if "cls" in words:
            said = ast.unparse(words["cls"])
            if not said.rpartition(".")[2].startswith("Rich"):
                self.reading.notes.append(
                    place.module.said(place.node, f"`{said}` may add commands or options")
                )
        found = self._context.constants.read(place.module, words.get("context_settings"))
        if (
            found is not None
            and isinstance(found.value, Mapping)
            and any(found.value.get(key) for key in _OPEN)
        ):
            note = "the command accepts arguments that it does not declare"
            self.reading.notes.append(place.module.said(place.node, note))

    def _below(self, group: Place) -> Iterator[tuple[str, Place]]:
        """The commands of a group with their names, in all modules."""
        for module in self._context.reach.modules:
            for node in module.bound.values():
                place = Place(module, getattr(node, "name", ""), node)
                maker = _maker(place)
                if maker is not None and self._is(module, maker[2], group):
                    yield self._name(place, maker[1]), place
            for call in module.calls:
                adds = isinstance(call.func, ast.Attribute) and call.func.attr == "add_command" and call.args
                if adds and self._is(module, call.func.value, group):  # type: ignore[attr-defined]
                    yield from self._added(module, call)

    def _added(self, module: Module, call: ast.Call) -> Iterator[tuple[str, Place]]:
        below = self._context.reach.find(module, call.args[0])
        if below is None or _maker(below) is None:
            self.reading.notes.append(module.said(call, "this command could not be read"))
            return
        name = call.args[1] if len(call.args) > 1 else keywords(call).get("name")
        said = self._context.constants.text(module, name)
        yield said or self._name(below, _maker(below)[1]), below  # type: ignore[index]

    def _is(self, module: Module, node: ast.expr, group: Place) -> bool:
        found = self._context.reach.find(module, node)
        return found is not None and found.node is group.node

    def _name(self, place: Place, call: ast.Call | None) -> str:
        said = call.args[0] if call is not None and call.args else None
        words = keywords(call) if call is not None else {}
        text = self._context.constants.text(place.module, said or words.get("name"))
        if text:
            return text
        if place.name.endswith(_SUFFIXES):
            note = f"what the command of `{place.name}` is called depends on the version of click"
            self.reading.notes.append(place.module.said(place.node, note))
        return place.name.lower().replace("_", "-")


class _Options:
    """The options of one function, wherever its decorators come from."""

    def __init__(self, context: Context, reading: Reading, command: str) -> None:
        self._context, self._reading, self._command = context, reading, command
        self._seen: set[int] = set()

    def of(self, place: Place) -> None:
        for name, call in decorators(place.node):
            if not (isinstance(name, ast.Attribute) and name.attr in _MAKES) and not self._makes(place, name):
                self._decorator(place.module, name, call)

    def _makes(self, place: Place, name: ast.expr) -> bool:
        full = place.module.full(name)
        return full.rpartition(".")[0] in CLICKS and full.rpartition(".")[2] in _MAKES

    def _decorator(self, module: Module, name: ast.expr, call: ast.Call | None) -> None:
        stem, _, last = module.full(name).rpartition(".")
        if stem in CLICKS and last in OPTIONS:
            if call is not None:
                self._option(module, call, {})
        elif not self._followed(module, call or name) and last not in _HARMLESS and stem not in CLICKS:
            text = f"`{ast.unparse(name)}` may add options, and could not be read"
            self._reading.notes.append(module.said(name, text))

    def _followed(self, module: Module, node: ast.AST) -> bool:
        """Read what a decorator of the project's own mentions: functions, lists and names of options."""
        known = False
        for inner in walk(node):
            if not isinstance(inner, ast.Name | ast.Attribute):
                continue
            place = self._context.reach.find(module, inner)
            if place is None or isinstance(place.node, ast.ClassDef):
                continue
            known = True
            if id(place.node) not in self._seen:
                self._seen.add(id(place.node))
                self._inside(place.module, place.node, {})
        return known

    def _inside(self, module: Module, node: ast.AST, local: Mapping[str, Any]) -> None:
        """Every option that is made in a piece of code; a loop over literals once for each."""
        if isinstance(node, ast.For):
            self._loop(module, node, local)
            return
        if isinstance(node, ast.Call):
            stem, _, last = module.full(node.func).rpartition(".")
            if stem in CLICKS and last in OPTIONS:
                self._option(module, node, local)
                return
        if isinstance(node, ast.Name | ast.Attribute) and not local:
            self._followed(module, node)
        for inner in children(node):
            self._inside(module, inner, local)

    def _loop(self, module: Module, node: ast.For, local: Mapping[str, Any]) -> None:
        found = self._context.constants.read(module, node.iter, local)
        values = found.value if found is not None and isinstance(found.value, list | tuple | dict) else None
        if values is None:
            # It may go over a list of options, which is read where it is made.
            self._inside(module, node.iter, local)
            rounds: list[dict[str, Any]] = [{}]
        else:
            rounds = [bound(node.target, value) for value in list(values)[:100]]
        for names in rounds:
            for statement in node.body:
                self._inside(module, statement, {**local, **names})

    def _option(self, module: Module, call: ast.Call, local: Mapping[str, Any]) -> None:
        try:
            found = read_click_option(self._context, module, call, self._command, local)
        except Unread:
            self._reading.notes.append(module.said(call, "this option is made at run time"))
            return
        if found is not None:
            self._reading.options.append(found)


def bound(target: ast.expr, value: Any) -> dict[str, Any]:
    """The names of a loop, with one round's values.

    >>> bound(ast.parse("a, b").body[0].value, (1, 2))
    {'a': 1, 'b': 2}
    """
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, list | tuple):
        pairs = zip(target.elts, value, strict=False)
        return {name: inner for part, item in pairs for name, inner in bound(part, item).items()}
    return {}
