"""What a README, a Makefile or a script gives a program: values for what it can not start without."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.commands import has_placeholder
from skylift.project.init.evidence.pipelines import as_value
from skylift.project.init.findings import Findings
from skylift.project.init.ground import Ground
from skylift.project.init.ways import is_in
from skylift.project.parameters.config_files import is_config_key, lone_config
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.documents import SUFFIXES
from skylift.project.source.program import Program
from skylift.values.secrets import may_name_secret, names_secret
from skylift_runtime.contract import DEFAULT_JOB

_PATH = "path"
_MOST_SHOWN = 8
"""Values of an example."""
_CHANNEL = "{channel:"
_STANDS_FOR_ONE = re.compile(r"(.*/)?path/to(/.*)?|.*\b(your|my)[-_/].*|[A-Z][A-Z_]{2,}|x{3,}", re.DOTALL)
"""What readers are to put something else in place of."""
_NUMBERS = frozenset({"int", "float"})


@dataclass(frozen=True)
class Given:
    """One value, and who gives it."""

    text: str
    why: str
    """``README.md:4 gives it``"""
    is_here: bool = True
    """False for a config file that the project does not have, or not any more."""


def given_by(
    program: Program, reading: Reading, clues: Iterable[Clue], command: str = ""
) -> dict[str, Given]:
    """By key, values for required options without a default, from the line that knows the most of them.

    :param command: the sub-command that the options are of.
    """
    wanted = {one.parameter.key for one in reading.options if _is_wanted(one)}
    best: dict[str, Given] = {}
    for why, arguments in _lines(clues) if wanted else ():
        read = _read(reading, _after(arguments, command))
        found = {
            key: _where_it_is(program, key, Given(text, why)) for key, text in read.items() if key in wanted
        }
        best = found if _weight(found) > _weight(best) else best
    for key in sorted(wanted - set(best)):
        likely = lone_config(program) if is_config_key(key) else ""
        if likely:
            best[key] = Given(likely, "it is the only config file here")
    return best


def _weight(found: Mapping[str, Given]) -> tuple[int, int]:
    return sum(one.is_here for one in found.values()), len(found)


def _where_it_is(program: Program, key: str, given: Given) -> Given:
    """The same config file as a job finds it, which starts in the project's root: some are to be in the program's
    folder when they type the line."""
    if not is_config_key(key) or posixpath.splitext(given.text)[1] not in (*SUFFIXES, ".py"):
        return given
    ground, home = Ground(program), posixpath.dirname(program.name)
    for text in (given.text, posixpath.join(home, given.text)):
        if ground.is_file(text):
            return replace(given, text=text)
    return replace(given, is_here=False)


def say_example(part: Findings, reading: Reading, clues: Iterable[Clue], command: str, job: str) -> None:
    """What somebody starts it with, as words of `skylift run`: an example, and no default."""
    fixed = {*part.config.get("arguments", {}), *part.config.get("hyperparameters", {})}
    usual = {
        one.parameter.key: one.parameter.default for one in reading.options if one.parameter.default_known
    }
    best: tuple[str, dict[str, str]] = ("", {})
    for why, arguments in _lines(clues):
        read = _read(reading, _after(arguments, command))
        found = {
            key: text
            for key, text in read.items()
            if key not in fixed
            and str(usual.get(key)) != text
            and not may_name_secret(key)
            and "://" not in text
        }
        best = (why, found) if len(found) > len(best[1]) else best
    why, found = best
    if found:
        shown = ["skylift", "run", *([] if job == DEFAULT_JOB else ["--job", job])]
        shown += [shlex.quote(f"{key}={text}") for key, text in list(found.items())[:_MOST_SHOWN]]
        part.say("example", " ".join(shown), f"{why.removesuffix(' gives it')} starts it with that")


def with_given(reading: Reading, given: Mapping[str, Given]) -> Reading:
    """The same options, as if these values were their defaults."""
    return replace(reading, options=[_with(option, given) for option in reading.options])


def _with(option: Option, given: Mapping[str, Given]) -> Option:
    found = given.get(option.parameter.key)
    if found is None or not found.is_here:
        return option
    return replace(option, parameter=replace(option.parameter, default=found.text, default_known=True))


def say_given(part: Findings, given: Mapping[str, Given], reading: Reading) -> None:
    """What became of the values: places are bound already, the others are hyperparameters, all of them guesses."""
    bound = part.config.get("arguments", {})
    for key, one in given.items():
        if not one.is_here:
            flag = next(each.parameter.flag for each in reading.options if each.parameter.key == key) or key
            part.left.append(
                f"{flag} must be given, and {one.text} is not here ({one.why}): name one that is"
            )
    given = {key: one for key, one in given.items() if one.is_here}
    missing = {one for one in given if any(_is_told(line, one, given[one].text) for line in part.left)}
    types = {one.parameter.key: one.parameter.type for one in reading.options}
    part.understood = [_guess(row, given) for row in part.understood]
    _lay_too(part, [bound[key] for key in given if key in bound])
    for why in dict.fromkeys(one.why for one in given.values()):
        table = {
            key: _value(one.text, types[key])
            for key, one in given.items()
            if one.why == why and key not in {*bound, *missing}
        }
        if table:
            shown = ", ".join(f"{key}={value}" for key, value in table.items())
            part.config["hyperparameters"] = {**part.config.get("hyperparameters", {}), **table}
            part.say("hyperparameters", shown, why, sure=False)


def _lay_too(part: Findings, templates: Iterable[str]) -> None:
    """Links to the channels, where nothing is written: who types the line of the README at a run means the same file."""
    channels, paths = part.config.get("channels", {}), part.config.get("paths", {})
    rules = [rule for those in part.config.get("collect", {}).values() for rule in those]
    for name in dict.fromkeys(
        text[len(_CHANNEL) :].partition("}")[0] for text in templates if _CHANNEL in text
    ):
        folder = channels.get(name)
        used = [*paths, *rules]
        if (
            isinstance(folder, str)
            and not folder.startswith("..")
            and not any(is_in(one, folder) for one in used)
        ):
            part.config["paths"] = {**part.config.get("paths", {}), folder: f"{_CHANNEL}{name}}}"}
            part.say(f"path {folder}", f"{_CHANNEL}{name}}}", "for the same path, given to a run", sure=False)


def _guess(row: Any, given: Mapping[str, Given]) -> Any:
    found = given.get(row.topic.removeprefix("argument "))
    if found is None or not row.topic.startswith("argument "):
        return row
    return replace(row, why=f"{row.why}; {found.text}: {found.why}", sure=False)


def _is_told(line: str, key: str, text: str) -> bool:
    """Whether it is left to the user already that a path is not there."""
    return re.match(rf"(--?)?{re.escape(key)} is {re.escape(text)}[, ]", line) is not None


def _is_wanted(option: Option) -> bool:
    parameter = option.parameter
    return (
        parameter.required
        and parameter.action == "store"
        and not option.variable
        and not names_secret(parameter.key)
    )


def _lines(clues: Iterable[Clue]) -> Iterable[tuple[str, Sequence[str]]]:
    for clue in clues:
        if not clue.declared and clue.started is not None:
            place = re.match(r"[^,]*?:\d+(?=[ ,])", clue.why)
            yield f"{place[0] if place else clue.path} gives it", clue.started.arguments
        yield from ((f"{place} gives it", started.arguments) for place, started in clue.more)


def _after(arguments: Sequence[str], command: str) -> Sequence[str]:
    words = command.split()
    return arguments[len(words) :] if list(arguments[: len(words)]) == words else arguments


def _read(reading: Reading, arguments: Sequence[str]) -> dict[str, str]:
    """What each option is given: by its flag, or by its place."""
    flags = {name: one for one in reading.options for name in _flags(one)}
    overrides = {one.parameter.key: one for one in reading.options if one.parameter.spelling == "hydra"}
    places = [one for one in reading.options if not one.parameter.flag and not overrides]
    found: dict[str, str] = {}
    left = list(arguments)
    while left:
        word = left.pop(0)
        name, equals, text = word.partition("=")
        option = flags.get(name) or overrides.get(name.lstrip("+") if equals else "")
        if option is not None:
            if option.parameter.action not in ("store", "append"):
                continue
            values = [text] if equals else _values(option, left)
        elif re.match(r"--?[A-Za-z]", word):
            # Whether its value follows is not known, nor what comes by place from here on.
            if not equals and left and not left[0].startswith("-"):
                left.pop(0)
            continue
        elif places:
            option = places.pop(0)
            values = [word, *(_values(option, left, taken=1) if option.parameter.nargs else ())]
        else:
            continue
        if len(values) == 1 and values[0] and not _is_placeholder(values[0]):
            found[option.parameter.key] = values[0]
    return found


def _is_placeholder(text: str) -> bool:
    # An address with somebody's name in it may hold a password.
    return (
        has_placeholder(text)
        or ("://" in text and "@" in text)
        or _STANDS_FOR_ONE.fullmatch(text) is not None
    )


def _flags(option: Option) -> list[str]:
    parameter = option.parameter
    if not parameter.flag:
        return []
    names = [parameter.flag, *parameter.aliases]
    dashed = [name for alias in parameter.aliases for name in (f"--{alias}", f"-{alias}")]
    return [*(name for name in names if name.startswith("-")), *dashed]


def _values(option: Option, left: list[str], taken: int = 0) -> list[str]:
    """The values that follow, of which there may be several."""
    nargs = option.parameter.nargs
    most = int(nargs) - taken if nargs.isdigit() else len(left) if nargs in ("*", "+") else 1 - taken
    values: list[str] = []
    while left and len(values) < most and not re.match(r"--?[A-Za-z]", left[0]):
        values.append(left.pop(0))
    return values


def _value(text: str, kind: str) -> Any:
    value = as_value(text)
    return value if kind in _NUMBERS or kind not in ("str", _PATH) else text
