"""Options whose value is read: a channel where it is here, else a question to the user."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from skylift.project.init.ground import Ground
from skylift.project.init.named_channels import likely_folder, only_file
from skylift.project.init.option_names import DATA, is_of
from skylift.project.init.tables import Tables
from skylift.project.init.unbound import FILE, MODEL
from skylift.project.init.uses import Use
from skylift.project.parameters.reading import Option
from skylift.values.project import Unbound


@dataclass(frozen=True)
class Reason:
    """Why an option is taken for an input."""

    why: str
    certain: bool = True
    """The program can not do without."""
    sure: bool = True
    """The code says so, and not a name alone."""
    model: bool = False
    """It is a model that another run has made, and no data."""


@dataclass
class OptionInputs:
    """Finds the channel of one option after the other."""

    ground: Ground
    tables: Tables
    uses: Sequence[Use]

    def ask(
        self, option: Option, gist: str, why: str = "", *, file: str = "", todo: str = "", model: bool = False
    ) -> None:
        """Leave it to the user, with the lines to write: in the folder where data lies, if there is one.

        :param file: for an option that is one, its name, as far as it is known.
        :param model: it is one that another run has made, and no data.
        """
        parameter, folder = option.parameter, "" if model else likely_folder(self.ground)
        if file == FILE and folder:
            file = only_file(self.ground, folder) or FILE
        elif file and not self.ground.is_file(f"{folder}/{file}"):
            # The file has a name, and is not among the data that is here.
            folder = ""
        channel = self.tables.inside(folder).removeprefix("{channel:").removesuffix("}") if folder else ""
        names = frozenset({parameter.key, *parameter.aliases})
        flag = parameter.flag or parameter.key
        where = Unbound(parameter.key, names, flag, gist + why, gist, folder=folder, file=file)
        self.tables.ask(replace(where, channel=channel, todo=todo, name=MODEL if model else ""))

    def read(self, option: Option, text: str, reason: Reason) -> None:
        """An option whose default is a path."""
        key, ground = option.parameter.key, self.ground
        home = ground.started_in(text)
        if home:
            text = posixpath.normpath(posixpath.join(home, text))
            reason = replace(reason, why=f"{reason.why}; in {home}, where the program starts")
        leads = ground.leads(text)
        if leads in ("away", "beside"):
            self._outside(option, text, reason, leads)
            return
        if not ground.matches(text):
            self._not_here(option, text, reason)
            return
        folder = text if ground.is_folder(text) else posixpath.dirname(text)
        folder = posixpath.normpath(folder) if folder else "."
        if self._ships_beside(key, text, reason.why, home) or (
            ground.is_file(text) and ground.is_settings(text)
        ):
            return
        if ground.is_code(folder):
            self._among_code(option.parameter.flag or key, text, reason.why)
            return
        if ground.is_folder(text) and not ground.holds_something(folder):
            if reason.certain:
                self.ask(option, f"is {text}, which is empty", f" ({reason.why})", todo="put the data there")
            return
        rest = "" if ground.is_folder(text) else f"/{posixpath.basename(text)}"
        self._bind(key, folder, rest, reason, f"; {ground.amount(folder)}")

    def _ships_beside(self, key: str, text: str, why: str, home: str) -> bool:
        """Whether it is a file among the code, which the program finds in its own folder only."""
        ground = self.ground
        among = ground.is_settings(text) or ground.is_code(posixpath.dirname(text))
        if not (home and among and ground.is_file(text) and ground.ships(text)):
            return False
        self.tables.bind(key, text, why)
        return True

    def _bind(self, key: str, folder: str, rest: str, reason: Reason, more: str = "") -> None:
        template = self.tables.channel(folder, reason.why + more, sure=reason.sure)
        if template:
            self.tables.bind(key, f"{template}{rest}", reason.why, sure=reason.sure)

    def _not_here(self, option: Option, text: str, reason: Reason) -> None:
        key, (folder, rest) = option.parameter.key, self._stem(option, text)
        gist = f"is {text}, which is not here"
        if folder:
            self._bind(key, folder, f"/{rest}", reason)
        elif reason.model and reason.certain:
            name = posixpath.basename(text) if posixpath.splitext(text)[1] else ""
            self.ask(option, gist, f" ({reason.why})", file=name, model=True)
        elif reason.certain or (DATA.fullmatch(key) and key != "dataset" and re.search(r"[/\\.]", text)):
            why = reason.why if reason.certain else "its name says that it is read"
            self.ask(option, gist, f" ({why})", todo="put it there, then make it a channel")

    def _stem(self, option: Option, text: str) -> tuple[str, str]:
        """Of a default like ``data/train``, to which the code adds ``.csv``, the folder and the rest."""
        tails = [use.way.text for use in self.uses if is_of(use, option) and use.reads]
        there = any(tail and not tail.startswith("/") and self.ground.matches(text + tail) for tail in tails)
        folder = posixpath.dirname(text)
        return (folder, posixpath.basename(text)) if there and not self.ground.is_code(folder) else ("", "")

    def _among_code(self, flag: str, text: str, why: str) -> None:
        if self.ground.is_file(text) and self.ground.ships(posixpath.normpath(text)):
            self.tables.say(f"file {text}", "ships with the code", f"{flag}, {why}")
            return
        if self.ground.may_ship(text):
            self.tables.include(posixpath.normpath(text), f"{flag}, {why}")
            return
        self.tables.leave(
            f"{flag} is {text} ({why}): move the data into a folder of its own, and make it a channel"
        )

    def _outside(self, option: Option, text: str, reason: Reason, leads: str) -> None:
        there = leads == "beside" and self.ground.is_folder(text) and self.ground.holds_something(text)
        if there and posixpath.normpath(text) != "..":
            more = f"; it lies beside the project; {self.ground.amount(text)}"
            self._bind(option.parameter.key, text, "", reason, more)
            return
        gist = f"is {text}, outside of the project"
        name = posixpath.basename(text) if posixpath.splitext(text)[1] else ""
        self.ask(option, gist, f" ({reason.why})", file=name, model=reason.model)
