"""The click command that a program starts, with its groups and the commands in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from skylift.project.parameters.click_decorators import ClickOptions
from skylift.project.parameters.click_made import Added, Made, added, found_at, listed, made
from skylift.project.parameters.click_options import CLICKS
from skylift.project.parameters.context import Context, context_of
from skylift.project.parameters.loops import items_of
from skylift.project.parameters.reading import Reading
from skylift.project.source.names import Module, Place
from skylift.project.source.program import Program

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
        if place is not None and made(place) is not None:
            yield place


def _is_attribute(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name


class _Commands:
    """Reads command by command."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.reading = Reading("click")

    def command(self, place: Place, path: str, depth: int = 0) -> None:
        """One command; of a group also those below it."""
        how = made(place)
        if how is None or depth > _DEEPEST:
            return
        self.reading.handlers.append((path, *self._runs(place, how)))
        self._settings(place, how.words)
        ClickOptions(self._context, self.reading, path).of(place)
        if how.kind != "group":
            return
        if not path:
            self.reading.command_required = not self._is(place, how, "invoke_without_command")
            self._lost()
        if self._is(place, how, "chain"):
            name = path or "the program"
            self.reading.remarks.append(
                f"{name} takes several commands: those after the first go behind `--`"
            )
        for name, below in self._below(place):
            inner = f"{path} {name}".strip()
            one = made(below)
            if one is None:
                note = f"the command `{inner}` could not be read"
                self.reading.notes.append(below.module.said(below.node, note))
            elif one.kind != "group" or self._is(below, one, "invoke_without_command"):
                self.reading.commands = (*self.reading.commands, inner)
            self.command(below, inner, depth + 1)

    def _is(self, place: Place, how: Made, word: str) -> bool:
        found = self._context.constants.read(place.module, how.words.get(word))
        return bool(found is not None and found.value)

    def _runs(self, place: Place, how: Made) -> tuple[str, int]:
        """The file and the line of the function that the command is."""
        called = self._context.reach.find(place.module, how.words.get("callback"))
        found = called if called is not None else place
        return found.module.name, getattr(found.node, "lineno", 0)

    def _lost(self) -> None:
        """Commands that are added to something that could not be read: it may be this program."""
        for module in self._context.reach.modules:
            for call in module.calls:
                if not isinstance(call.func, ast.Attribute) or call.func.attr != "add_command":
                    continue
                if found_at(self._context, module, call.func.value) is None:
                    note = "what this command is added to could not be read"
                    self.reading.notes.append(module.said(call, note))

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

    def _below(self, group: Place, depth: int = 0) -> Iterator[tuple[str, Place]]:
        """The commands of a group with their names, in all modules."""
        for one in listed(self._context, group):
            yield from self._added(one)
        for module in self._context.reach.modules:
            for node in module.bound.values():
                place = Place(module, getattr(node, "name", ""), node)
                how = made(place)
                if how is not None and self._is_at(module, how.on, group):
                    yield self._name(place, how), place
            for one in added(self._context, module, group):
                yield from self._added(one)
        yield from self._of_sources(group, depth)

    def _of_sources(self, group: Place, depth: int) -> Iterator[tuple[str, Place]]:
        """``CommandCollection(sources=[…])``: the commands of other groups."""
        how = made(group)
        sources = how.words.get("sources") if how is not None else None
        items = items_of(self._context, group.module, sources) if sources is not None else []
        places = [found_at(self._context, item.module, item.value) for item in items or ()]
        if items is None or None in places:
            self.reading.notes.append(group.module.said(group.node, "its commands could not be read"))
        for place in places:
            if place is not None and depth < _DEEPEST:
                yield from self._below(place, depth + 1)

    def _added(self, one: Added) -> Iterator[tuple[str, Place]]:
        name = self._context.constants.text(one.name.module, one.name.value) if one.name is not None else ""
        below = one.place(self._context)
        how = made(below) if below is not None else None
        if below is None or how is None or (one.name is not None and not name):
            self.reading.notes.append(one.module.said(one.call, "this command could not be read"))
            return
        yield name or self._name(below, how), below

    def _is_at(self, module: Module, node: ast.expr, group: Place) -> bool:
        found = self._context.reach.find(module, node)
        return found is not None and found.node is group.node

    def _name(self, place: Place, how: Made) -> str:
        text = self._context.constants.text(place.module, how.name)
        if text:
            return text
        if place.name.endswith(_SUFFIXES):
            note = f"what the command of `{place.name}` is called depends on the version of click"
            self.reading.notes.append(place.module.said(place.node, note))
        return place.name.lower().replace("_", "-")
