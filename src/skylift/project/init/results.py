"""Paths that a program has hard-coded, and writes: what is collected, and what has to be linked (joint 8)."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from skylift.project.init.ground import Ground
from skylift.project.init.option_names import CHECKPOINTS
from skylift.project.init.tables import Tables
from skylift.project.init.uses import Use
from skylift.project.init.ways import is_in
from skylift_runtime.contract import Tree, beside

_ROOT = Tree().root
_DEVICES = ("/dev", "/proc")
_SCRATCH = ("/tmp", "/var/tmp")  # noqa: S108 - paths in the user's code
NOBODYS = (*_DEVICES, *_SCRATCH)


@dataclass
class Results:
    """Goes through the folders that a program writes to."""

    ground: Ground
    tables: Tables
    uses: Sequence[Use]

    def __post_init__(self) -> None:
        self.fixed = [use for use in self.uses if use.way.is_fixed]
        self.writes = [use for use in self.fixed if use.writes]

    def read(self) -> None:
        """Rules for every result."""
        for use in self.writes:
            leads = self.ground.leads(use.way.text)
            if leads == "away":
                self._away(use)
            elif leads == "beside":
                self._beside(use)
            elif leads == "inside" and not self._is_input(use.way.text) and not self._only_between(use):
                self._inside(use)
        self._unknown()

    def _inside(self, use: Use) -> None:
        folder = self._folder(use)
        if folder != "." and self._is_resumed(folder):
            self._lay(folder, "checkpoints", use, "it is read back at the start")
        elif folder != "." and self._must_exist(folder):
            kind = self._kind_of(folder)
            self._lay(folder, kind, use, "nothing makes this folder, and it does not ship")
        template = next((to for path, to in self.tables.paths.items() if is_in(use.way.text, path)), "")
        # A link to the checkpoints is looked into for the model, too.
        if not template or (template == "{checkpoints}" and _kind(use) == "model"):
            self._gather(use)

    def _lay(self, folder: str, place: str, use: Use, why: str) -> None:
        if not self._is_shown(folder):
            self.tables.lay(folder, f"{{{place}}}", f"{use.because} writes there; {why}")

    def _gather(self, use: Use) -> None:
        pattern = _pattern(use)
        kind = _kind(use) or ("model" if use.effect == "lay" else "output")
        sure = bool(use.content) and not use.guess and not pattern.startswith("*")
        self.tables.gather(kind, pattern, f"{use.because} writes {use.way.text}", sure=sure)

    def _folder(self, use: Use) -> str:
        text = use.way.text
        if use.effect == "lay":
            return use.way.fixed_folder
        return posixpath.dirname(text) or "." if "*" not in text else use.way.fixed_folder

    def _kind_of(self, folder: str) -> str:
        below = [use for use in self.writes if is_in(use.way.text, folder)]
        return "model" if any(_kind(use) == "model" for use in below) else "output"

    def _must_exist(self, folder: str) -> bool:
        """Whether the program relies on a folder that nobody makes in the job."""
        made = [use.way for use in self.uses if use.effect in ("make", "lay") or use.content == "checkpoint"]
        if any(way.is_fixed and (is_in(way.text, folder) or way.text == folder) for way in made):
            return False
        if any(not way.is_fixed and not way.option and not way.variable for way in made):
            # Which folder is made there is not known: it may be this one.
            return self.ground.is_folder(folder) and not self.ground.ships(folder)
        return not self.ground.ships(folder)

    def _is_resumed(self, folder: str) -> bool:
        """Whether a folder keeps what an interrupted program goes on from, beside the model it leaves."""
        below = [use for use in self.fixed if is_in(use.way.text, folder)]
        models = [use for use in below if use.writes and _kind(use) == "model"]
        read = [use for use in below if use.reads and use.effect != "fetch"]
        goes_on = bool(models and read) or any(use.content == "checkpoint" for use in below)
        named = CHECKPOINTS.fullmatch(posixpath.basename(folder)) is not None
        asked = any(use.effect in ("ask", "list") for use in below)
        breaks = any(
            (use.effect == "clear" and is_in(folder, use.way.text))
            or (use.effect == "make" and use.strict and use.way.text == folder and not asked)
            for use in self.fixed
        )
        return goes_on and (named or asked) and not breaks

    def _is_shown(self, text: str) -> bool:
        """Whether a path is, or lies below, one of our links."""
        return any(is_in(text, path) for path in self.tables.paths)

    def _is_input(self, text: str) -> bool:
        inputs = [path for path, to in self.tables.paths.items() if to.startswith("{channel:")]
        return any(is_in(text, path) for path in inputs)

    def _only_between(self, use: Use) -> bool:
        """Whether something is only written to be read again by the same program; a model never is."""
        if _kind(use) == "model" and use.content != "":
            return use.call.rpartition(".")[2] in ("dump", "to_pickle") and self._looks_like_data(use)
        return any(other.reads and other.way.text == use.way.text for other in self.fixed)

    def _looks_like_data(self, use: Use) -> bool:
        again = any(other.reads and other.way.text == use.way.text for other in self.fixed)
        folders = posixpath.dirname(use.way.text).split("/")
        return again and any(name in ("data", "cache", ".cache", "processed", "interim") for name in folders)

    def _away(self, use: Use) -> None:
        text = use.way.text
        between = text.startswith(_SCRATCH) and any(
            other.reads and other.way.text == text for other in self.fixed
        )
        if not between and not text.startswith((*_DEVICES, f"{_ROOT}/")):
            self.tables.leave(
                f"{use.because} writes {text}, which is lost with the job: write to a folder of the project, "
                "or to an option"
            )

    def _beside(self, use: Use) -> None:
        folder = "/".join(use.way.text.split("/")[:2])
        name = folder.removeprefix("../")
        if name in ("model", "checkpoints"):
            # That is what lies beside the work directory in a job.
            self.tables.say(f"path {folder}", f"{{{name}}}", f"{use.because} writes there, by that name")
        elif posixpath.splitext(folder)[1] or "*" in folder or not beside(folder):
            self.tables.leave(
                f"{use.because} writes {use.way.text}, beside the project: write into the project"
            )
        elif not self._is_shown(folder):
            self._lay(folder, self._kind_of(folder), use, "it lies beside the project")

    def _unknown(self) -> None:
        """A model that goes somewhere that was not understood: into the one folder of results that the program is
        given, else it is looked for by its name."""
        if self.tables.has_model:
            return
        models = [use for use in self.uses if use.writes and use.content == "model" and _is_anywhere(use)]
        given = [key for key, template in self.tables.arguments.items() if template == "{output}"]
        if models and len(given) == 1:
            why = f"{models[0].because} saves a model, and no other folder for results is given"
            self.tables.bind(given[0], "{model}", why, sure=False)
            return
        for use in models:
            text, name = use.way.text, posixpath.basename(use.way.text)
            pattern = f"**/{name}" if "/" in text else text
            self.tables.gather("model", pattern, f"{use.because} writes {text}", sure=False)


def _is_anywhere(use: Use) -> bool:
    """Whether only the name of a file is known, and not its folder."""
    way = use.way
    unknown = not (way.is_fixed or way.option or way.variable)
    return unknown and bool(posixpath.basename(way.text).strip("*."))


def _kind(use: Use) -> str:
    return "model" if use.content in ("model", "checkpoint") else "output" if use.content else ""


def _pattern(use: Use) -> str:
    return f"{use.way.text}/**" if use.effect == "lay" and not use.way.text.endswith("*") else use.way.text
