"""Which options are places: bound to channels, model, output or checkpoints, by what the code does with them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skylift.project.init.ground import Ground
from skylift.project.init.named_channels import channel_by_name, is_named_path, tell_lost
from skylift.project.init.option_inputs import OptionInputs, Reason
from skylift.project.init.option_names import (
    CHECKPOINTS,
    DATA,
    OF_A_THING,
    OUTPUT_FOLDER,
    READ_BACK,
    SUFFIXES,
    default_text,
    is_data_first_of_all,
    is_folder,
    is_of,
    is_off,
    is_wanted,
    keeps_state,
    looks_like_a_path,
    may_be_a_place,
    may_be_written,
    option_names_model,
    place_by_name,
    resumption,
    says_model,
    wants_data,
)
from skylift.project.init.tables import MOST_CHANNELS, Tables
from skylift.project.init.unbound import FILE
from skylift.project.init.uses import Use, content_by_suffix
from skylift.project.init.ways import SOMETHING
from skylift.project.parameters.reading import Option
from skylift_runtime.contract import Tree

_TREE = Tree()
_OF_THE_TREE = {_TREE.model: "model", _TREE.output_data: "output", _TREE.checkpoints: "checkpoints"}
_NAMELESS = re.compile(r"argument-(\d+)")
"""A word of the command line that has no name in the code."""
_NAME_ONLY = "its name says so; how it is used was not understood"


@dataclass
class Bindings:
    """Binds one option after the other."""

    ground: Ground
    tables: Tables
    uses: Sequence[Use]
    imports: frozenset[str] = frozenset()
    """Packages that the program imports."""
    reader: bool = False
    """The program loads models, and makes none."""

    def __post_init__(self) -> None:
        self._inputs = OptionInputs(self.ground, self.tables, self.uses)

    def option(self, option: Option) -> None:
        """What one option says about folders."""
        if not may_be_a_place(option):
            return
        text, uses = default_text(option), [use for use in self.uses if is_of(use, option)]
        key = option.parameter.key
        if text.rstrip("/") == _TREE.root:
            # The whole tree is there, for a program that knows its way in it.
            return
        if text.startswith(_TREE.root + "/"):
            self._of_the_tree(key, text)
        elif "://" in text:
            return
        elif any(use.writes or use.effect == "make" for use in uses):
            self._written(option, text, uses)
        elif any(use.reads for use in uses):
            self._input(option, text, uses)
        else:
            self._by_name(option, text)

    def _of_the_tree(self, key: str, text: str) -> None:
        why, path = f"its default is {text}", text.rstrip("/")
        head = next((place for place in _OF_THE_TREE if path == place or path.startswith(f"{place}/")), "")
        if head:
            self.tables.bind(key, f"{{{_OF_THE_TREE[head]}}}{path.removeprefix(head)}", why)
        elif path.startswith(_TREE.data + "/"):
            name, _, rest = path.removeprefix(_TREE.data + "/").partition("/")
            if channel_by_name(self.ground, self.tables, name, "", why):
                self.tables.bind(key, f"{{channel:{name}}}" + (f"/{rest}" if rest else ""), why)

    def _by_name(self, option: Option, text: str) -> None:
        key = option.parameter.key
        if is_wanted(option, reader=self.reader):
            self._by_name_a_model(option, text)
            return
        place = place_by_name(key)
        if place == "checkpoints" and not text:
            # Most that have no default go on from it: a folder that is empty at first is none for them.
            if option.parameter.required:
                self._inputs.ask(option, "must be given, and its name says that it is a checkpoint")
            return
        if place == "model" and content_by_suffix(text, "write") == "output":
            return
        if place == "output" and OUTPUT_FOLDER.fullmatch(key) and "transformers" in self.imports:
            # The Trainer of transformers saves the model there.
            place = "model"
        if place and not self.ground.is_file(text):
            known, required = option.parameter.default_known, option.parameter.required
            reads = READ_BACK.fullmatch(key) is not None
            off = option.parameter.default == "" or (not required and (known or reads))
            if text or not off or (OUTPUT_FOLDER.fullmatch(key) and option.parameter.default is None):
                self._place(option, place, text, _NAME_ONLY, sure=False)
                self._tell_going_on(option, place, [use for use in self.uses if not use.way.is_fixed])
        elif (
            text
            and looks_like_a_path(text)
            and (DATA.fullmatch(key) or is_named_path(self.ground, key, text))
        ):
            self._by_default(option, text)
        elif not text and wants_data(option):
            how = "no default" if option.parameter.default_known else "a default that is made at run time"
            self._inputs.ask(option, f"has {how}, and its name says that it is data")

    def _by_default(self, option: Option, text: str) -> None:
        """A path that is there, and of which nothing else is known."""
        key, flag = option.parameter.key, option.parameter.flag or option.parameter.key
        written = [use for use in self.uses if (use.writes or use.effect == "make") and use.way.text == text]
        if not written and (DATA.fullmatch(key) or not may_be_written(key)):
            named = DATA.fullmatch(key) is not None
            more = "its name says that it is data" if named else "how it is used was not understood"
            why = f"the default of {flag} is there; {more}"
            self._inputs.read(option, text, Reason(why, certain=False, sure=named))
        elif self.ground.ships(text) or self.ground.holds_data(text):
            self.tables.leave(
                f"{flag} is {text}, which is here, and may be written: bind it in [arguments] if a job reads it"
            )

    def _by_name_a_model(self, option: Option, text: str) -> None:
        """A model that the program loads: never a place of the job's own, which is empty at first."""
        if text and looks_like_a_path(text):
            why = "its name says that it is a model that is read"
            self._inputs.read(option, text, Reason(why, self.reader, sure=False, model=True))
        elif option.parameter.required:
            gist = "must be given, and its name says that it is a model that is read"
            file = "" if is_folder(option.parameter.key) else FILE
            self._inputs.ask(option, gist, file=file, model=True)

    def _written(self, option: Option, text: str, uses: Sequence[Use]) -> None:
        parameter = option.parameter
        writing = [use for use in uses if use.writes] or [use for use in uses if use.effect == "make"]
        reading = [use for use in uses if use.reads]
        if not (text or parameter.required or place_by_name(parameter.key)) and is_off(option, uses):
            return
        if not text and parameter.default == "" and not OUTPUT_FOLDER.fullmatch(parameter.key):
            return
        if self.reader and text and reading and any(_is_model(use, parameter.key) for use in uses):
            self._inputs.read(option, text, Reason(reading[0].because, model=True))
            return
        if self._is_data(option, text, writing, reading) or is_data_first_of_all(option, writing, reading):
            self._input(option, text, reading)
            tell_lost(self.tables, option, writing, reading)
            return
        if self._is_a_word(option, text, writing):
            for use in writing:
                kind = "model" if use.content in ("model", "checkpoint") else "output"
                self.tables.gather(kind, text + use.way.text, f"{use.because} writes it", sure=False)
            return
        place, first = self._kind_of(parameter.key, text, writing, reading)
        name = self._file_name(parameter.key, text, writing)
        self._place(option, place, text, first.because, sure=first.writes and not first.guess, name=name)
        self._tell_going_on(option, place, uses)

    def _is_a_word(self, option: Option, text: str, writing: Sequence[Use]) -> bool:
        """Whether an option only lends a file its name: `--arch resnet18` names a network first of all."""
        is_path = re.search(r"[/\\.]", text) is not None or self.ground.is_folder(text)
        named = OF_A_THING.fullmatch(option.parameter.key) is not None
        in_it = any(use.effect != "write" or use.way.text.startswith("/") for use in writing)
        return bool(text) and named and not is_path and not in_it

    def _kind_of(
        self, key: str, text: str, writing: Sequence[Use], reading: Sequence[Use]
    ) -> tuple[str, Use]:
        """Model, output or checkpoints; and the use that says so."""
        models = [
            use
            for use in writing
            if use.content in ("model", "checkpoint") or option_names_model(use, key, text)
        ]
        told = [use for use in writing if use.content and use.writes]
        saving = [use for use in writing if use.call.endswith(".save")]
        named = place_by_name(key)
        # What lies in a folder of that name belongs to the model.
        place = "model" if models or (told and named == "model") else "output" if told else named
        place = place or ("model" if saving else "output")
        if CHECKPOINTS.fullmatch(key) and (keeps_state(told) or self._goes_on(key, reading)):
            place = "checkpoints"
        elif place == "checkpoints" and not self.tables.has_model:
            place = "model"
        return place, (models or told or saving or list(writing))[0]

    def _is_data(self, option: Option, text: str, writing: Sequence[Use], reading: Sequence[Use]) -> bool:
        """Whether what is there is read, and what is written lies beside it only to be read again."""
        if (
            not reading
            or not text
            or not self.ground.is_folder(text)
            or not self.ground.holds_something(text)
        ):
            return False
        read = {use.way.text for use in reading}
        again = all(use.way.text in read or use.effect == "make" for use in writing)
        is_data = any(use.content == "data" for use in reading) or bool(DATA.fullmatch(option.parameter.key))
        return is_data and (again or not any(use.content in ("model", "output") for use in writing))

    def _goes_on(self, key: str, reading: Sequence[Use]) -> bool:
        """Whether a folder of checkpoints is for going on, and the model itself is somewhere else."""
        elsewhere = [
            use
            for use in self.uses
            if use.writes
            and use.content == "model"
            and not use.way.text.startswith(SOMETHING)
            and use.way.option.replace("_", "-") != key.replace("_", "-")
        ]
        return bool(reading and elsewhere) or (not elsewhere and self.tables.has_model)

    def _tell_going_on(self, option: Option, place: str, uses: Sequence[Use]) -> None:
        """A program that looks whether it was here before, in the folder where it leaves what it made."""
        asking = resumption(uses)
        if asking is not None and place != "checkpoints":
            self.tables.leave(
                f"{option.parameter.flag or option.parameter.key} is where {asking.because} looks for what to go on "
                f"from, too: {{{place}}} is empty whenever a job starts, and only {{checkpoints}} is kept"
            )

    def _file_name(self, key: str, text: str, writing: Sequence[Use]) -> str:
        """The name of the file that the option is; empty for a folder."""
        plain = [use for use in writing if not use.way.text]
        if any(use.way.text.startswith("/") for use in writing):
            return ""
        if any(use.effect in ("lay", "make") for use in plain) and not posixpath.splitext(text)[1]:
            return ""
        if text:
            name = posixpath.basename(text.rstrip("/"))
            return name if posixpath.splitext(name)[1] or (writing and not plain) or plain else ""
        suffix = next((end for use in plain for start, end in SUFFIXES if use.call.startswith(start)), "")
        return f"{_NAMELESS.sub('model', key)}{suffix}" if plain else ""

    def _place(
        self, option: Option, place: str, text: str, why: str, *, sure: bool = True, name: str | None = None
    ) -> None:
        # `--model-path model.pkl` names a file; `--model-dir model` a folder.
        if name is None:
            name = posixpath.basename(text) if posixpath.splitext(text)[1] else ""
        self.tables.bind(
            option.parameter.key, f"{{{place}}}/{name}" if name else f"{{{place}}}", why, sure=sure
        )

    def _input(self, option: Option, text: str, uses: Sequence[Use]) -> None:
        parameter = option.parameter
        first = next(
            (use for use in uses if use.reads and use.content), next(use for use in uses if use.reads)
        )
        if text and looks_like_a_path(text):
            certain, model = first.effect not in ("hub", "fetch"), _is_model(first, parameter.key)
            self._inputs.read(option, text, Reason(first.because, certain, model=model))
            return
        wanted = parameter.required or first.content == "data" or DATA.fullmatch(parameter.key)
        fetched = first.effect == "fetch" or (first.effect == "hub" and not place_by_name(parameter.key))
        if wanted and not text and first.content != "settings" and not fetched:
            how = "must be given" if parameter.required else "has no default"
            how = how if parameter.default_known else "has a default that is made at run time"
            opened = bool(first.content) or first.call.rpartition(".")[2] in ("open", "load")
            is_file = first.effect == "read" and not first.way.text and opened
            model = _is_model(first, parameter.key)
            why = f", and {first.because} reads it"
            self._inputs.ask(option, how, why, file=FILE if is_file else "", model=model)


def _is_model(use: Use, key: str) -> bool:
    """Whether what is read is a model; of a call that reads anything the option's name tells."""
    return use.content in ("model", "checkpoint") or (not use.content and says_model(key))


def shared_folders(ground: Ground, options: Iterable[Option]) -> frozenset[str]:
    """The folders that are channels as a whole, because the options read more folders than a job has channels."""
    texts = {
        posixpath.normpath(text)
        for option in options
        if may_be_a_place(option) and (text := default_text(option))
    }
    there = {text for text in texts if ground.leads(text) == "inside" and ground.matches(text)}
    folders = {text if ground.is_folder(text) else posixpath.dirname(text) or "." for text in there}
    if len(folders) <= MOST_CHANNELS:
        return frozenset()
    return frozenset(
        top for top in {one.split("/")[0] for one in folders if "/" in one} if not ground.is_code(top)
    )
