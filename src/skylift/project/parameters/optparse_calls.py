"""optparse: what ``add_option`` declares (Python's documentation, "optparse"), read by following the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from skylift.project.parameters.argparse_calls import Unread, read_option
from skylift.project.parameters.context import context_of
from skylift.project.parameters.hearing import hear
from skylift.project.parameters.pairs import other_of, paired
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.program import Program
from skylift.project.source.symbolic.follow import Enough
from skylift.project.source.symbolic.values import External, Given, Opaque, Place, is_plain

_LIBRARY = "optparse"
_TYPES = {"int": "int", "long": "int", "float": "float", "string": "str", "choice": "str", "str": "str"}
_PLACEHOLDERS = frozenset({"options", "option", "%prog", "usage:", "[options]", "[options...]"})
_DEFAULT = re.compile(r"[\[(]?\s*(defaults?( to| is)?\s*[:=]?\s*)?%default\s*[\])]?", re.IGNORECASE)
"""It is shown as all defaults are."""
_WORDS = re.compile(r"[\[<(]*[\w.|/-]+[\]>)]*(\.\.\.)?[\])]*")


def read_optparse(program: Program, function: str = "") -> Reading | None:
    """The options of the parsers that are built, where the program imports the library at all."""
    if _LIBRARY not in context_of(program, function).libraries:
        return None
    parsers = _Parsers()
    return parsers.reading() if hear(program, function, parsers) else None


@dataclass(eq=False)
class _Parser:
    """An OptionParser. Its groups are itself."""

    all: _Parsers
    by_key: dict[str, Option] = field(default_factory=dict)
    defaults: dict[str, tuple[object, bool]] = field(default_factory=dict)
    """By the attribute, each with whether it is known: they are the parser's, and the last word counts."""
    usage: str = ""
    parsed: bool = False

    def act(self, method: str, given: Given, at: Place) -> object:
        if method in ("add_option", "add_options"):
            return self._add(given, at)
        if method in ("set_defaults", "set_default"):
            return self._set_defaults(given)
        if method == "set_usage":
            self.usage = str(given.get(0, "usage", ""))
        if method == "remove_option":
            self.all.note(at, "an option is taken away again")
        if method == "__init__":
            self.begin(given, at)
        if method == "parse_args":
            return self._parse(given, at)
        return Opaque(method)

    def begin(self, given: Given, at: Place) -> None:
        """What the parser is made with."""
        usage = given.get(0, "usage")
        self.usage = usage if isinstance(usage, str) else ""
        options = given.get(1, "option_list")
        if isinstance(options, list | tuple):
            self._add(Given((list(options),), {}), at)
        elif options is not None:
            self.all.note(at, "the options of this list are made at run time")

    def _add(self, given: Given, at: Place) -> object:
        first = given.args[0] if given.args else None
        for one in first if isinstance(first, list | tuple) else [first]:
            if isinstance(one, _Made):
                self._take(one.given, at)
            elif first is not one:
                self.all.note(at, "an option is made at run time")
        if not isinstance(first, list | tuple | _Made):
            self._take(given, at)
        return Opaque("an option")

    def _take(self, given: Given, at: Place) -> None:
        try:
            option = _option(given)
        except Unread:
            self.all.note(at, "this option is made at run time")
            return
        if not at.certain:
            self.all.note(at, "this option stands in a condition")
        if option is None:
            return
        said = (option.parameter.default, option.parameter.default_known)
        if said == (None, True):
            self.defaults.setdefault(option.dest, said)
        else:
            self.defaults[option.dest] = said
        other = other_of(option, self.by_key.values())
        if other is not None:
            self.by_key.pop(other.parameter.key)
            option = paired(other, option)
        self.by_key[option.parameter.key] = option

    @property
    def options(self) -> Iterator[Option]:
        """With the defaults as they are at the end."""
        for one in self.by_key.values():
            default, known = self.defaults[one.dest]
            yield replace(one, parameter=replace(one.parameter, default=default, default_known=known))

    def _set_defaults(self, given: Given) -> object:
        said = dict(given.keywords)
        if len(given.args) == 2 and isinstance(given.args[0], str):
            said[given.args[0]] = given.args[1]
        if given.open:
            self.defaults = dict.fromkeys(self.defaults, (None, False))
        for dest, value in said.items():
            known = is_plain(value)
            self.defaults[dest] = (value if known else None, known)
        return None

    def _parse(self, given: Given, at: Place) -> object:
        source = given.get(0, "args")
        if isinstance(source, list | tuple) and is_plain(source):
            self.all.note(at, "the parser is given a list of its own, and does not read the command line")
        self.parsed = True
        if at.certain:
            raise Enough
        return (Opaque("options"), Opaque("arguments"))


@dataclass(eq=False)
class _Made:
    """What ``make_option`` returns."""

    given: Given


class _Parsers:
    """All parsers of a program."""

    def __init__(self) -> None:
        self.made: list[_Parser] = []
        self.notes: list[str] = []

    def note(self, at: Place, text: str) -> None:
        self.notes.append(f"{at}: {text}")

    def library_call(self, name: str, given: Given, at: Place) -> object:
        """A parser, a group or an option where one is made; None for everything else."""
        stem, _, last = name.rpartition(".")
        if stem == _LIBRARY and last == "OptionParser":
            parser = _Parser(self)
            parser.begin(given, at)
            self.made.append(parser)
            return parser
        if stem == _LIBRARY and last == "OptionGroup" and isinstance(given.get(0, "parser"), _Parser):
            return given.get(0, "parser")
        if stem == _LIBRARY and last in ("make_option", "Option"):
            return _Made(given)
        handed = [value for value in (*given.args, *given.keywords.values()) if isinstance(value, _Parser)]
        if handed and stem:
            self.note(at, f"`{name}` may add options, and could not be read")
        return handed[0] if handed else None

    def opaque_call(self, _owner: Opaque, _method: str, _given: Given, _at: Place) -> object:
        """Nothing that is not known is a parser of this kind."""
        return None

    def reading(self) -> Reading:
        """All options of the parsers that read the command line; where none was seen to, of all."""
        used = [parser for parser in self.made if parser.parsed] or self.made
        reading = Reading(_LIBRARY, notes=self.notes)
        for parser in used:
            reading.options += parser.options
            words = list(_words(parser.usage))
            if words:
                reading.remarks.append(f"words without a flag ({' '.join(words)}) go after `--`")
        return reading


def _words(usage: str) -> Iterator[str]:
    """What a usage names beside the options: ``%prog [options] data_dir``."""
    first = usage.strip().partition("\n")[0].partition("%prog")[2]
    for word in first.split():
        plain = word.strip("[]()<>.").lower()
        if word.startswith(("-", "[-")) or not _WORDS.fullmatch(word):
            return
        if plain not in _PLACEHOLDERS and plain not in ("opts", "flags"):
            yield word


def _option(given: Given) -> Option | None:
    """An option as argparse would have it, with what differs put in argparse's words.

    :raises Unread: when its names can not be read.
    """
    words = dict(given.keywords)
    action = words.get("action", "store")
    if action == "callback":
        takes = words.get("type") is not None or words.get("nargs") is not None
        words["action"] = "store" if takes else "store_const"
    kind = words.get("type")
    name = kind.name if isinstance(kind, External) else kind
    if isinstance(name, str):
        words["type"] = External(_TYPES.get(name, name))
    if words.get("action") in ("store_true", "store_false", "store_const", "append_const", "count"):
        words.pop("type", None)
    if isinstance(words.get("help"), str):
        words["help"] = _DEFAULT.sub("", str(words["help"])).strip()
    if "default" not in words or _is_nothing(words["default"]):
        # Without one a flag is None, too.
        words["default"] = None
    found = read_option(Given(given.args, words, given.open))
    if found is None:
        return None
    lone = words.get("nargs") in (1, "1")
    return replace(found, parameter=replace(found.parameter, nargs="" if lone else found.parameter.nargs))


def _is_nothing(value: object) -> bool:
    """``default=NO_DEFAULT``, the pair of words that stands for none."""
    return isinstance(value, External) and value.name.endswith("NO_DEFAULT")
