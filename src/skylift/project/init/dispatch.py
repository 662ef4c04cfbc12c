"""Of a program with sub-commands, the code that only others than the chosen one come by: it says nothing of a job."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from skylift.project.init.branches import Usual
from skylift.project.init.scope import Function, Scope
from skylift.project.init.scopes import Scopes
from skylift.project.parameters.reading import Reading
from skylift.project.source.trees import walk

_MOST_ROUNDS = 40
_PARSING = frozenset({"parse_args", "parse_known_args", "add_subparsers"})
Region = tuple[tuple[int, int], tuple[int, int]]


def leave_out_others(scopes: Scopes, reading: Reading) -> None:
    """Take out of a program what only its other sub-commands run; all of it stays where none is chosen.

    What is not understood stays: a function that somebody may call, a branch whose test is not known.
    """
    if not reading.command:
        return
    found = _Others(scopes, reading)
    found.look()
    if any(found.regions.values()):
        scopes.without(found.is_left_out)


@dataclass(eq=False)
class _Others:
    scopes: Scopes
    reading: Reading
    regions: dict[str, list[Region]] = field(default_factory=dict)
    """By file, from where to where the code is that is left out."""
    roots: set[Scope] = field(default_factory=set)
    """What the program starts for another sub-command."""
    mine: set[Scope] = field(default_factory=set)
    """What it starts for the chosen one."""

    def look(self) -> None:
        words = self.reading.command.split()
        values = {
            dest: word
            for depth, word in enumerate(words)
            if (dest := self.reading.dests.get(" ".join(words[:depth])))
        }
        usual = Usual(values, are_keys=True)
        for file, scope in self.scopes.modules.items():
            assert isinstance(scope.node, ast.Module)
            decides = values and self._parses(scope.node)
            self.regions[file] = list(usual.passed_over(scope.node)) if decides else []
            self._tables(scope)
        self._handlers()
        self._close()

    def _parses(self, tree: ast.Module) -> bool:
        """Whether a module reads the command line: elsewhere an attribute of that name may be another thing."""
        calls = (node.func for node in walk(tree) if isinstance(node, ast.Call))
        return any(isinstance(one, ast.Attribute) and one.attr in _PARSING for one in calls)

    def is_left_out(self, node: ast.AST, file: str) -> bool:
        line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        return any(start <= (line, column) < end for start, end in self.regions.get(file, ()))

    def _is_mine(self, command: str) -> bool:
        """Whether a command, or a group of them, is the chosen one or what it is in."""
        return f"{self.reading.command} ".startswith(f"{command} ") or not command

    def _handlers(self) -> None:
        mine = {(file, line) for command, file, line in self.reading.handlers if self._is_mine(command)}
        others = {(file, line) for _, file, line in self.reading.handlers} - mine
        for scope in self._functions():
            place = scope.file, _line(scope)
            self.mine |= {scope} if place in mine else set()
            self.roots |= {scope} if place in others else set()

    def _tables(self, scope: Scope) -> None:
        """``{"train": train, "evaluate": evaluate}[args.command](args)``"""
        known = {name for full in self.reading.commands for name in (full, full.split()[-1])}
        mine = {self.reading.command, self.reading.command.split()[-1]}
        for node in walk(scope.node):
            keys = [_text(key) for key in node.keys] if isinstance(node, ast.Dict) else []
            if not isinstance(node, ast.Dict) or len(keys) < 2 or not known.issuperset(keys):
                continue
            run = [self._meant(value, scope) for value in node.values]
            # `{"train": x, "test": y}` is as often something else.
            for key, those in zip(keys, run, strict=True) if all(run) else ():
                started = self.mine if key in mine else self.roots
                started.update(one for one in those if isinstance(one, Scope))
                lambdas = [] if key in mine else [one for one in those if isinstance(one, ast.Lambda)]
                self.regions[scope.file] += [_region(one) for one in lambdas]

    def _meant(self, value: ast.expr, scope: Scope) -> list[Scope | ast.Lambda]:
        """What is called by a value; nothing where it is nothing to be called."""
        if isinstance(value, ast.Lambda):
            return [value]
        is_name = isinstance(value, ast.Name | ast.Attribute)
        return [*self.scopes.called(ast.Call(value, [], []), scope)] if is_name else []

    def _functions(self) -> Iterator[Scope]:
        return (scope for scope in self.scopes.every() if isinstance(scope.node, Function))

    def _close(self) -> None:
        """Add what nobody calls but code that is left out."""
        waiting, made = list(self._functions()), self._made()
        for _ in range(_MOST_ROUNDS):
            gone = [scope for scope in waiting if self._is_only_theirs(scope, made)]
            if not gone:
                return
            for scope in gone:
                self.regions[scope.file].append(_region(scope.node))
            waiting = [scope for scope in waiting if scope not in gone]

    def _is_only_theirs(self, scope: Scope, made: Mapping[str, list[tuple[ast.Call, Scope]]]) -> bool:
        if scope in self.mine:
            return False
        if self.is_left_out(scope.node, scope.file):
            return True
        own = _region(scope.node)
        sites = [
            (call, caller)
            for call, caller in self.scopes.callers.get(scope, ())
            if not (caller.file == scope.file and own[0] <= (call.lineno, call.col_offset) < own[1])
        ]
        if not sites and scope.owner and scope not in self.roots:
            # What a framework calls of a class, for those who make one.
            sites = made.get(scope.owner, [])
        theirs = all(self.is_left_out(call, caller.file) for call, caller in sites)
        return theirs and (bool(sites) or scope in self.roots)

    def _made(self) -> dict[str, list[tuple[ast.Call, Scope]]]:
        """The calls that make an object of each class, or of one that comes from it."""
        found: dict[str, list[tuple[ast.Call, Scope]]] = {}
        for scope in self.scopes.every():
            for call in scope.calls:
                for name in self.scopes.lineage([scope.full_name(call.func).rpartition(".")[2]]):
                    if name in self.scopes.bases:
                        found.setdefault(name, []).append((call, scope))
        return found


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _line(scope: Scope) -> int:
    return getattr(scope.node, "lineno", 0)


def _region(node: ast.AST) -> Region:
    start = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    return start, (getattr(node, "end_lineno", 0) or 0, getattr(node, "end_col_offset", 0) or 0)
