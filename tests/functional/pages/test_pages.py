"""What the pages tell people to type and to write: commands, options and keys that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tools.reference import config
from tools.site import REPOSITORY, fenced, pages

from skylift.cli import cli
from skylift.host.toml import parse_toml
from skylift.project.config import reference
from skylift.project.config.layers import Source, read_layer

PAGES = [str(page.relative_to(REPOSITORY)) for page in pages()]
_SEPARATORS = {"&&", "||", "|", ";", "--"}


def commands(page: Path) -> Iterator[str]:
    """Every `skylift …` that a page says: lines of consoles, and code within a sentence."""
    text = page.read_text()
    for block in fenced(text, "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                yield from re.findall(r"(?:^|[\s(\"])(skylift [^|&)#;]*)", line[2:].split("   #")[0])
    yield from re.findall(r"`(skylift [^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("page", PAGES)
def test_a_command_on_a_page_is_one_that_there_is(page: str) -> None:
    wrong = [f"{command}: {said}" for command in commands(REPOSITORY / page) if (said := problem(command))]
    assert not wrong


def problem(text: str) -> str:
    """What is wrong with a command line, as far as its verbs and options go; empty for nothing."""
    try:
        words = shlex.split(text.replace("…", "x"))[1:]
    except ValueError:
        return ""
    group: click.Command = cli
    while isinstance(group, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = group.get_command(click.Context(group), name)
        if found is None:
            # `skylift VERB`, and sentences that only begin with our name.
            return "" if name.isupper() else f"there is no `{name}`"
        group = found
    return _unknown_option(group, words)


def _unknown_option(command: click.Command, words: list[str]) -> str:
    known = {word: option for option in command.params for word in (*option.opts, *option.secondary_opts)}
    together = command.context_settings.get("allow_interspersed_args", True)
    left = iter(words)
    for word in left:
        if word in _SEPARATORS or not (word.startswith("-") or together):
            break
        name, equals, _ = word.partition("=")
        option = known.get(name)
        if option is None and re.match(r"-{1,2}[a-z]", word) and name not in ("--help", "-h"):
            return f"there is no option `{word}`"
        if isinstance(option, click.Option) and not equals and not (option.is_flag or option.count):
            next(left, "")
    return ""


def test_a_command_that_there_is_not_is_found() -> None:
    assert problem("skylift fly") == "there is no `fly`"
    assert problem("skylift run --onn cloud") == "there is no option `--onn`"
    assert problem("skylift run --on cloud epochs=3 -- --anything") == ""
    assert problem("skylift runs --sort -objective --limit=3") == ""
    assert problem("skylift sandbox run -- skylift run --on cloud") == ""


@pytest.mark.parametrize("page", PAGES)
def test_a_config_on_a_page_is_one_that_is_understood(page: str) -> None:
    wrong = [issue for block in fenced((REPOSITORY / page).read_text(), "toml") for issue in issues(block)]
    assert not wrong


def issues(block: str) -> list[str]:
    """Keys that there are not, and values of a wrong type. A block without our table is our own file, or not ours."""
    table = parse_toml(block)
    if {"tool", "project"} & table.keys():
        table = table.get("tool", {}).get("skylift", {})
    return [f"{issue.where} {issue.what}" for issue in read_layer(table, Source("a page")).issues]


def test_a_key_that_there_is_not_is_found() -> None:
    assert issues('[tool.skylift.channels]\ntrain = { locl = "x" }\n')
    assert not issues('[tool.skylift.channels]\ntrain = { local = "x" }\n[project]\nname = "x"\n')


def test_every_key_of_the_config_has_an_example() -> None:
    shown: set[str] = set()
    for _, example in config.SECTIONS.values():
        table = parse_toml(example)["tool"]["skylift"]
        paths = {".".join(path) for path in read_layer(table, Source("a page")).said}
        shown |= paths | {re.sub(r"^jobs\.[^.]+\.", "", path) for path in paths}
    missing = [key for key, *_ in reference.rows() if not any(is_of(key, path) for path in shown)]
    assert not missing, "tools/reference/config.py has an example of each section"


def is_of(key: str, path: str) -> bool:
    """Whether a key of the reference is that of a path, whatever names were chosen, or a table around it."""
    names = r"[^.]+".join(map(re.escape, key.split("<name>")))
    return re.match(rf"{names}(\.|$)", path) is not None
