"""What an argparse parser accepts, read by following the code that builds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from skylift.project.parameters.argparse_calls import Unread, read_option
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.program import Program
from skylift.project.source.symbolic.follow import Enough, Follower
from skylift.project.source.symbolic.values import Given, Method, Opaque, Place, Varying, is_plain

_CLASSES = frozenset(
    {
        "argparse.ArgumentParser",
        "configargparse.ArgumentParser",
        "configargparse.ArgParser",
        "rich_argparse.ArgumentParser",
    }
)
_SHARED = frozenset({"configargparse.get_argument_parser", "configargparse.get_arg_parser"})
_HARMLESS = frozenset(
    {
        "print", "vars", "isinstance", "type", "id", "len", "repr", "str", "hasattr", "getattr", "setattr",
        "argcomplete.autocomplete", "shtab.add_argument_to",
    }
)  # fmt: skip
_UNKNOWN_ACCEPTED = "the script accepts arguments that it does not declare"


def read_argparse(program: Program, function: str = "") -> Reading | None:
    """The options of the parsers that a program reads its command line with.

    :param function: what is called of it, where that is not the file as a whole.
    """
    parsers = _Parsers()
    follower = Follower(program, parsers)
    follower.run(function)
    if not parsers.made:
        follower.call_the_rest()
    if not parsers.made:
        return None
    if follower.exhausted:
        parsers.notes.append(f"{program.name}: it is too large to be followed to its end")
    return parsers.reading()


@dataclass(eq=False)
class _Rest:
    """What ``parse_known_args`` leaves over."""

    of: _Parser


@dataclass(eq=False)
class _Parser:
    """An ArgumentParser that is being built. Its groups are itself."""

    all: _Parsers
    command: str = ""
    by_key: dict[str, Option] = field(default_factory=dict)
    commands: dict[str, _Parser] = field(default_factory=dict)
    command_required: bool = False
    parsed: Place | None = None
    leaves_rest: Place | None = None
    is_elsewhere: bool = False
    """Whether it parses something else than the command line."""

    @property
    def options(self) -> list[Option]:
        return list(self.by_key.values())

    def act(self, method: str, given: Given, at: Place) -> object:
        known: dict[str, Callable[[Given, Place], object]] = {
            "add_argument": self._add_argument,
            "add": self._add_argument,
            "add_arg": self._add_argument,
            "add_subparsers": lambda given, _at: self._add_subparsers(given),
            "set_defaults": lambda given, _at: self._set_defaults(given),
            "parse_args": self._parse,
            "parse_intermixed_args": self._parse,
            "parse_known_args": self._parse_known,
            "parse_known_intermixed_args": self._parse_known,
            "add_argument_group": lambda _given, _at: self,
            "add_mutually_exclusive_group": lambda _given, _at: self,
            "__init__": self._initialise,
        }
        act = known.get(method)
        return act(given, at) if act is not None else Opaque(method)

    def take_parents(self, given: Given, at: Place) -> None:
        parents = given.keywords.get("parents", ())
        for parent in parents if isinstance(parents, list | tuple) else [parents]:
            if isinstance(parent, _Parser):
                for option in parent.options:
                    self._add(replace(option, parameter=replace(option.parameter, command=self.command)))
            else:
                self.all.note(at, "a parent of this parser could not be read")
        if given.keywords.get("prefix_chars", "-") != "-":
            self.all.note(at, "it has its own prefix_chars")

    def _initialise(self, given: Given, at: Place) -> None:
        self.take_parents(given, at)

    def _add_argument(self, given: Given, at: Place) -> object:
        try:
            option = read_option(given, self.command)
        except Unread:
            self.all.note(at, "this argument is made at run time")
            return Opaque("an action")
        if not at.certain:
            self.all.note(at, "this argument stands in a condition")
        if option is not None:
            self._add(option)
        return Opaque("an action")

    def _add(self, option: Option) -> None:
        """Of two options of one name the later counts, as with ``conflict_handler="resolve"``."""
        key = option.parameter.key
        self.by_key.pop(key, None)
        self.by_key[key] = option

    def _set_defaults(self, given: Given) -> None:
        if given.open:
            self.by_key = {key: _without_default(option) for key, option in self.by_key.items()}
        for name, value in given.keywords.items():
            self.by_key = {
                key: _with_default(option, value) if option.dest == name else option
                for key, option in self.by_key.items()
            }

    def _add_subparsers(self, given: Given) -> object:
        self.command_required = given.keywords.get("required") is True
        return _Commands(self)

    def _parse(self, given: Given, at: Place) -> object:
        source = given.get(0, "args")
        if isinstance(source, list | tuple | str) and is_plain(source):
            self.all.note(at, "the parser is given a list of its own, and does not read the command line")
            self.is_elsewhere = True
            return Opaque("arguments")
        self.parsed = self.parsed or at
        if isinstance(source, _Rest):
            source.of.leaves_rest = None
            source.of.parsed = source.of.parsed or at
        if at.certain:
            # Whoever reads the command line after this has to take the same one.
            raise Enough
        return Opaque("arguments")

    def _parse_known(self, _given: Given, at: Place) -> object:
        self.parsed = self.parsed or at
        self.leaves_rest = at
        return (Opaque("arguments"), _Rest(self))

    def every_option(self) -> Iterator[Option]:
        yield from self.options
        for parser in dict.fromkeys(self.commands.values()):
            yield from parser.every_option()

    def every_command(self) -> Iterator[str]:
        for name, parser in self.commands.items():
            full = f"{self.command} {name}".strip()
            if parser.commands and parser.command_required:
                yield from parser.every_command()
            else:
                yield from [full, *parser.every_command()]


@dataclass(eq=False)
class _Commands:
    """What ``add_subparsers`` returns."""

    of: _Parser

    def act(self, method: str, given: Given, at: Place) -> object:
        if method != "add_parser":
            return Opaque(method)
        name = given.get(0, "name")
        if not isinstance(name, str):
            self.of.all.note(at, "a sub-command has a name that is made at run time")
            name = "?"
        parser = _Parser(self.of.all, f"{self.of.command} {name}".strip())
        parser.take_parents(given, at)
        self.of.commands[name] = parser
        return parser


class _Parsers:
    """All parsers of a program."""

    def __init__(self) -> None:
        self.made: list[_Parser] = []
        self.notes: list[str] = []
        self._adopted: dict[Opaque, _Parser] = {}

    def note(self, at: Place, text: str) -> None:
        self.notes.append(f"{at}: {text}")

    def library_call(self, name: str, given: Given, at: Place) -> object:
        """A new parser where one is made; None for what has nothing to do with parsers."""
        if name in _CLASSES or name in _SHARED:
            parser = _Parser(self)
            parser.take_parents(given, at)
            self.made.append(parser)
            return parser
        handed = (*given.args, *given.keywords.values())
        for value in (one.value if isinstance(one, Method) else one for one in handed):
            if isinstance(value, _Parser) and name not in _HARMLESS:
                self.note(at, f"`{name}` may add arguments, and could not be read")
                # Most give back what they were given.
                return value
        return None

    def opaque_call(self, owner: Opaque, method: str, given: Given, at: Place) -> object:
        """A parser that somebody else made is recognised by what is done to it."""
        if owner not in self._adopted:
            if method not in ("add_argument", "add_argument_group"):
                return None
            parser = self._adopted[owner] = _Parser(self)
            self.made.append(parser)
            if owner.name:
                self.note(at, f"`{owner.name}` may have arguments of its own, which could not be read")
        return self._adopted[owner].act(method, given, at)

    def reading(self) -> Reading:
        """All options of the parsers that read the command line; where none was seen to, of those that may."""
        here = [parser for parser in self.made if not parser.is_elsewhere]
        used = [parser for parser in here if parser.parsed] or here
        if len(used) > 1 and not any(parser.parsed for parser in used):
            self.notes.append("there is more than one parser, and none was seen to read the command line")
        for parser in used:
            if parser.leaves_rest is not None:
                self.note(parser.leaves_rest, _UNKNOWN_ACCEPTED)
        options: dict[tuple[str, str], Option] = {}
        for option in (option for parser in used for option in parser.every_option()):
            options.setdefault((option.parameter.command, option.parameter.key), option)
        commands = tuple(dict.fromkeys(name for parser in used for name in parser.every_command()))
        required = any(parser.command_required for parser in used)
        return Reading("argparse", list(options.values()), self.notes, commands, required)


def _with_default(option: Option, value: object) -> Option:
    known = not isinstance(value, Varying) and is_plain(value)
    parameter = replace(option.parameter, default=value if known else None, default_known=known)
    return replace(option, parameter=replace(parameter, required=False) if parameter.flag else parameter)


def _without_default(option: Option) -> Option:
    return replace(option, parameter=replace(option.parameter, default=None, default_known=False))
