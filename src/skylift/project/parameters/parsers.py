"""What an argparse parser accepts, read from the code that builds it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from skylift.project.parameters.argparse_calls import Unread, read_option
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.literals import literal, module_constants
from skylift.project.source.modules import calls
from skylift.project.source.program import Program

_UNKNOWN_ACCEPTED = "the script accepts arguments that it does not declare"
_INCOMPLETE = {
    "add_subparsers": "sub-commands can not be read yet",
    "parse_known_args": _UNKNOWN_ACCEPTED,
    "parse_known_intermixed_args": _UNKNOWN_ACCEPTED,
}
_INCOMPLETE_KEYWORDS = {
    "parents": "parents= can not be followed",
    "prefix_chars": "it has its own prefix_chars",
}
_HARMLESS = frozenset({"print", "vars", "isinstance", "autocomplete", "argcomplete.autocomplete"})


def read_argparse(program: Program) -> Reading | None:
    """The options of an entry file, and of the modules of the project that build its parser for it."""
    source = _Parsers("argparse")
    theirs = frozenset(name for module in program.imported for name in module.bound)
    _Module(source, program.name, program.tree, theirs).read(program.tree.body)
    for module in program.imported:
        name = module.path.relative_to(program.root).as_posix()
        _Module(source, name, module.tree, frozenset()).read(module.used())
    if source.parsers > 1:
        source.notes.append(f"{program.name}: there is more than one parser")
    return source if source.parsers else None


@dataclass
class _Parsers(Reading):
    parsers: int = 0

    def add(self, option: Option) -> None:
        if all(known.parameter.key != option.parameter.key for known in self.options):
            self.options.append(option)


class _Module:
    """One module being read into a source."""

    def __init__(self, source: _Parsers, file: str, tree: ast.Module, reads_more: frozenset[str]) -> None:
        self._source, self._file = source, file
        self._constants = module_constants(tree)
        self._classes = _parser_classes(tree)
        self._definitions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self._followed = self._definitions | reads_more
        self._sub_commands = _assigned(tree, "add_parser")

    def read(self, nodes: Iterable[ast.AST]) -> None:
        nodes = list(nodes)
        receivers = _receivers(nodes)
        for call, within in calls(nodes):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name == "add_argument":
                self._argument(call, within)
            elif ast.unparse(call.func) in self._classes:
                self._parser(call)
            elif name in _INCOMPLETE:
                self._note(call, _INCOMPLETE[name])
            elif name == "set_defaults":
                self._defaults(call)
            else:
                self._handed_on(call, receivers)

    def _argument(self, call: ast.Call, within: str) -> None:
        if _receiver(call) in self._sub_commands:
            return
        if within == "a loop":
            self._note(call, "arguments that are made in a loop can not be read")
            return
        try:
            option = read_option(call, self._constants)
        except Unread:
            self._note(call, "this argument is made at run time")
            return
        if within:
            self._note(call, "this argument stands in a condition")
        if option is not None:
            self._source.add(option)

    def _parser(self, call: ast.Call) -> None:
        self._source.parsers += 1
        for keyword in call.keywords:
            if keyword.arg in _INCOMPLETE_KEYWORDS:
                self._note(call, _INCOMPLETE_KEYWORDS[keyword.arg])

    def _defaults(self, call: ast.Call) -> None:
        for keyword in call.keywords:
            found = literal(keyword.value, self._constants)
            known = found is not None and not found.variable
            self._source.options = [
                replace(
                    option,
                    parameter=replace(
                        option.parameter, default=found.value if found else None, default_known=known
                    ),
                )
                if option.dest == keyword.arg
                else option
                for option in self._source.options
            ]

    def _handed_on(self, call: ast.Call, receivers: set[str]) -> None:
        handed = {item.id for item in call.args if isinstance(item, ast.Name)} & receivers
        name = ast.unparse(call.func)
        first = name.split(".")[0]
        if handed and name not in _HARMLESS and first not in self._followed and first not in ("self", "cls"):
            self._note(call, f"`{name}` may add arguments, and could not be read")

    def _note(self, call: ast.Call, text: str) -> None:
        self._source.notes.append(f"{self._file}:{call.lineno}: {text}")


def _parser_classes(tree: ast.Module) -> set[str]:
    """What ArgumentParser is called in a module, with the module's own classes of that kind."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {f"{a.asname or a.name}.ArgumentParser" for a in node.names if a.name == "argparse"}
        elif isinstance(node, ast.ImportFrom) and node.module == "argparse":
            names |= {a.asname or a.name for a in node.names if a.name == "ArgumentParser"}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and names & {ast.unparse(base) for base in node.bases}:
            names.add(node.name)
    return names


def _receiver(call: ast.Call) -> str:
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def _receivers(nodes: Iterable[ast.AST]) -> set[str]:
    """Names of parsers and groups: what ``add_argument`` is called on, or made by ArgumentParser."""
    found = {
        _receiver(call)
        for call, _ in calls(nodes)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument"
    }
    return found | {name for node in nodes for name in _assigned(node, "ArgumentParser")}


def _assigned(tree: ast.AST, method: str) -> set[str]:
    """Names that are given what a method of this name returns."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if ast.unparse(node.value.func).rpartition(".")[2] == method
        for target in node.targets
        if isinstance(target, ast.Name)
    }
