"""docopt: the usage text is the parser. Options are read where they are described, arguments from one usage line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from skylift.project.parameters.context import Context, context_of
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.names import Module
from skylift.project.source.program import Program
from skylift.values.arguments import NUMBER, Parameter

_DEFAULT = re.compile(r"\[default: (.*?)\]", re.IGNORECASE)
_USAGE = re.compile(r"^[^\n]*usage:(.*?)(?=\n[ \t]*\n|\Z)", re.IGNORECASE | re.DOTALL | re.MULTILINE)
_POSITIONAL = re.compile(r"^\[?(<[^<>\s]+>|[A-Z][A-Z0-9_-]+)\]?(\.\.\.)?\]?$")
_COMMAND = re.compile(r"[a-z][a-z0-9_-]*")
_OF_HELP = frozenset({"-h", "--help", "--version", "|"})
_NO_VALUE = frozenset({"help", "version"})


def read_docopt(program: Program, function: str = "") -> Reading | None:
    """What the text that ``docopt(…)`` is given describes."""
    context = context_of(program, function)
    for module, call in context.reach.calls_of("docopt.docopt", "docopt"):
        reading = Reading("docopt")
        text = _text(context, module, call)
        if text is None:
            reading.notes.append(module.said(call, "the usage text is made at run time"))
        else:
            reading.options = list(_options(text))
            _usage(text, reading, module.said(call, "its usage has choices that are not read"))
        return reading
    return None


def _text(context: Context, module: Module, call: ast.Call) -> str | None:
    node = (
        call.args[0]
        if call.args
        else next((k.value for k in call.keywords if k.arg in ("doc", "docstring")), None)
    )
    if module.full(node) == "__doc__":
        return ast.get_docstring(module.tree)
    return context.constants.text(module, node) or None


def _options(text: str) -> Iterator[Option]:
    """Lines that begin with a dash: ``-o FILE, --output=FILE  Where it goes [default: out]``."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if not line.lstrip().startswith("-") or "usage:" in line.lower():
            continue
        said, _, about = line.strip().partition("  ")
        for more in lines[index + 1 :]:
            if not more.strip() or more.lstrip().startswith("-"):
                break
            about += " " + more.strip()
        found = _option(said, " ".join(about.split()))
        if found is not None:
            yield found


def _option(said: str, about: str) -> Option | None:
    words = said.replace(",", " ").replace("=", " ").split()
    flags = [word for word in words if word.startswith("-")]
    flag = max(flags, key=len)
    key = flag.lstrip("-")
    if key in _NO_VALUE:
        return None
    valued = len(flags) < len(words)
    default = _DEFAULT.search(about)
    parameter = Parameter(
        key=key,
        flag=flag,
        type=_type(default[1] if default else "") if valued else "bool",
        default=_value(default[1]) if valued and default else None if valued else False,
        action="store" if valued else "flag",
        help=_DEFAULT.sub("", about).strip(),
        aliases=tuple(other.lstrip("-") for other in flags if other != flag),
    )
    return Option(parameter, key)


def _usage(text: str, reading: Reading, note: str) -> None:
    """The arguments of each way to call the program; where all begin with a word, these are sub-commands.

    Options may stand anywhere, so that they are the program's own.
    """
    usage = _USAGE.search(text)
    lines = [line.split()[1:] for line in usage[1].strip().splitlines()] if usage else []
    lines = [words for words in lines if not _tells(words)]
    commands = [words[0] for words in lines if words and _COMMAND.fullmatch(words[0])]
    if len(lines) > 1 and (len(commands) != len(lines) or len(set(commands)) != len(lines)):
        reading.notes.append(note)
        return
    reading.commands, reading.command_required = tuple(commands), bool(commands)
    for words in lines:
        command = words[0] if commands else ""
        reading.options += _positionals(words[1:] if commands else words, reading, note, command)


def _tells(words: list[str]) -> bool:
    """Whether it is the way to ask for the help or the version."""
    plain = [word.strip("[]()") for word in words]
    return bool(words) and all(word in _OF_HELP for word in plain)


def _positionals(words: list[str], reading: Reading, note: str, command: str) -> list[Option]:
    """The arguments of one way to call the program."""
    flags = {option.parameter.flag: option.parameter for option in reading.options if option.parameter.flag}
    flags |= {"-" * (1 if len(a) == 1 else 2) + a: p for p in list(flags.values()) for a in p.aliases}
    found: list[Option] = []
    valued = False
    for word in words:
        plain = word.strip("[]().")
        if valued or plain == "options" or plain.startswith("-"):
            # An option that is described further down; what follows a bare one may be its value.
            known = flags.get(plain.split("=")[0])
            valued = not valued and known is not None and known.type != "bool" and "=" not in plain
            if plain.startswith("-") and known is None and plain not in _OF_HELP:
                reading.notes.append(note)
            continue
        match = _POSITIONAL.match(word)
        if match is None:
            reading.notes.append(note)
            return found
        optional = word.startswith("[")
        several = "..." in word
        nargs = ("*" if optional else "+") if several else "?" if optional else ""
        name = match[1].strip("<>")
        found.append(Option(Parameter(name, nargs=nargs, required=not optional, command=command), name))
    return found


def _type(default: str) -> str:
    return "str" if isinstance(_value(default), str) else NUMBER


def _value(text: str) -> str | float:
    """docopt leaves texts to the program; one that looks like a number is one to it."""
    try:
        return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text
