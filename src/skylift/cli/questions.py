"""Questions on a terminal. Ctrl-C, and the end of the input, end the command: nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import click

from skylift.cli.talk import say

_OLDEST = 8
"""The runtime in the job runs on no older minor of Python 3."""


def yes_or_no(text: str, *, default: bool) -> bool:
    answer = _asked(f"{text} [{'Y/n' if default else 'y/N'}]", "y" if default else "n", ("yes", "no"))
    return answer == "yes"


def yes_no_or_show(text: str, show: Callable[[], None]) -> bool:
    """The same, where one may look at what it is about first, as often as one likes."""
    while True:
        answer = _asked(f"{text} [Y/n/show]", "y", ("yes", "no", "show"))
        if answer != "show":
            return answer == "yes"
        show()


def one_of(names: Sequence[str]) -> str:
    """One of several that were shown with their numbers."""
    while True:
        answer = click.prompt("number", err=True, type=str).strip()
        if answer in names:
            return answer
        if answer.isdecimal() and 1 <= int(answer) <= len(names):
            return names[int(answer) - 1]
        wanted = "1" if len(names) == 1 else f"a number from 1 to {len(names)}"
        say(f"there is no {answer}: type {wanted}, or a file's name as it is shown; Ctrl-C ends it")


def file_name(text: str) -> str:
    return click.prompt(text, err=True, type=str).strip()


def minor_python() -> str:
    """A minor version of Python that a job can have."""
    while True:
        said = click.prompt("which Python, then (such as 3.11)", err=True, type=str).strip()
        found = re.fullmatch(r"(3\.\d{1,2})(\.\d{1,3})?", said)
        if found and int(found[1][2:]) >= _OLDEST:
            return found[1]
        say(f"type a version from 3.{_OLDEST} on, as 3.11; Ctrl-C ends it")


def _asked(text: str, default: str, answers: Sequence[str]) -> str:
    while True:
        said = click.prompt(text, default=default, show_default=False, err=True, type=str).strip().lower()
        found = next((one for one in answers if said and one.startswith(said)), "")
        if found:
            return found
        say(f"type {', '.join(answers[:-1])} or {answers[-1]}")
