"""Which folders a script reads and writes: its options and variables, as channels and arguments (joint 8)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from skylift.project.init.findings import Findings
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.literals import environment_variable, module_constants
from skylift.project.source.program import Program
from skylift.values.project import Understood
from skylift.values.references import slug
from skylift_runtime.contract import RESERVED_CHANNEL, Tree

_CHANNEL = "SM_CHANNEL_"
_FOLDER = r"([-_](dir|directory|folder|path|root))"
_PLACES = (
    ("checkpoints", re.compile(rf"(checkpoints?|ckpts?){_FOLDER}|checkpoints|ckpts")),
    (
        "model",
        re.compile(rf"(model|export){_FOLDER}|(model|save)[-_](out|output|file)|save[-_](dir|path|model)"),
    ),
    (
        "output",
        re.compile(
            rf"(output|out|results?|logs?|artifacts?)([-_]data)?{_FOLDER}|outputs?|out|results|logdir"
        ),
    ),
)
_DATA = re.compile(
    rf"(data|dataset|input|train|training|valid|validation|val|test)([-_]\w+)*{_FOLDER}|data|dataset"
)
_TREE = Tree()
_OF_THE_TREE = {
    _TREE.model: "model",
    _TREE.output_data: "output",
    _TREE.checkpoints: "checkpoints",
}


def read_places(program: Program, reading: Reading) -> Findings:
    """The tables ``channels`` and ``arguments`` of one job."""
    bindings = Bindings(program.root)
    bindings.variables(tree for _, tree in program.modules)
    for option in reading.options:
        bindings.option(option)
    tables = {"channels": bindings.channels, "arguments": bindings.arguments}
    return Findings(
        {key: table for key, table in tables.items() if table}, bindings.understood, bindings.left
    )


@dataclass
class Bindings:
    """What was found out, row by row."""

    root: Path
    channels: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    understood: list[Understood] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def variables(self, trees: Iterable[ast.Module]) -> None:
        """Channels that the code names itself: they need a folder, and nothing else."""
        for tree in trees:
            for variable, fallback in _channel_variables(tree):
                self._channel_of(
                    variable.removeprefix(_CHANNEL).lower(), fallback, f"the script reads {variable}"
                )

    def option(self, option: Option) -> None:
        """What one option says about folders."""
        parameter = option.parameter
        if option.variable.startswith("SM_") or parameter.choices or parameter.type not in ("str", "path"):
            return
        if parameter.action != "store" or parameter.nargs not in ("", "?") or not parameter.flag:
            return
        default = option.fallback if option.variable else parameter.default
        text = default if isinstance(default, str) else ""
        place = next((name for name, pattern in _PLACES if pattern.fullmatch(parameter.key)), "")
        if text.startswith(_TREE.root + "/"):
            self._of_the_tree(parameter.key, text)
        elif place and not (self.root / text).is_file():
            self._place(parameter.key, place, text, f"{parameter.flag} says where it goes")
        elif text and "://" not in text:
            self._read(parameter.key, parameter.flag, text)
        elif _DATA.fullmatch(parameter.key):
            self.left.append(f"{parameter.flag} has no default: bind it to a channel in [arguments]")

    def _of_the_tree(self, key: str, text: str) -> None:
        why = f"its default is {text}"
        if text.rstrip("/") in _OF_THE_TREE:
            self._place(key, _OF_THE_TREE[text.rstrip("/")], "", why)
        elif text.startswith(_TREE.data + "/"):
            name, _, rest = text.removeprefix(_TREE.data + "/").strip("/").partition("/")
            if self._channel_of(name, None, why):
                self._argument(key, "/".join([f"{{channel:{name}}}", *([rest] if rest else [])]), why)

    def _place(self, key: str, place: str, default: str, why: str) -> None:
        # `--model-path model.pkl` names a file; `--model-dir model` a folder.
        name = PurePosixPath(default).name if PurePosixPath(default).suffix else ""
        self._argument(key, f"{{{place}}}/{name}" if name else f"{{{place}}}", why)

    def _argument(self, key: str, template: str, why: str) -> None:
        self.arguments[key] = template
        self.understood.append(Understood(f"argument {key}", template, why))

    def _read(self, key: str, flag: str, text: str) -> None:
        path = self.root / text
        folder = text if path.is_dir() else str(PurePosixPath(text).parent)
        inside = path.resolve().is_relative_to(self.root.resolve())
        if not path.exists():
            if _DATA.fullmatch(key):
                self.left.append(f"{flag} is {text}, which is not here: put it there, then make it a channel")
            return
        if not inside or folder in (".", ""):
            self.left.append(
                f"{flag} is {text}: move the data into a folder of its own, and make it a channel"
            )
            return
        name = self._name(PurePosixPath(folder).as_posix())
        why = f"the default of {flag} is there"
        self._add(name, folder, why, sure=True)
        rest = "" if path.is_dir() else f"/{path.name}"
        self._argument(key, f"{{channel:{name}}}{rest}", why)

    def _name(self, folder: str) -> str:
        """A channel's name for a folder: its own, unless another folder has that name already."""
        known = next((name for name, other in self.channels.items() if other == folder), None)
        if known is not None:
            return known
        short = slug(PurePosixPath(folder).name, limit=64, allowed="A-Za-z0-9._")
        taken = {*self.channels, RESERVED_CHANNEL, ""}
        return short if short not in taken else slug(folder, limit=64, allowed="A-Za-z0-9._") + "-data"

    def _channel_of(self, name: str, fallback: str | None, why: str) -> bool:
        if name in self.channels:
            return True
        if fallback and (self.root / fallback).is_dir() and not Path(fallback).is_absolute():
            self._add(name, fallback, f"{why}, else {fallback}", sure=True)
            return True
        match = _matching(self.root, name)
        if match is None:
            self.left.append(f"{why}, but no folder here looks like `{name}`: name it in [channels]")
            return False
        self._add(name, match, f"{why}, and this folder has that name", sure=False)
        return True

    def _add(self, name: str, folder: str, why: str, *, sure: bool) -> None:
        if name not in self.channels:
            self.channels[name] = PurePosixPath(folder).as_posix()
            self.understood.append(Understood(f"channel {name}", self.channels[name], why, sure))


def _channel_variables(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    constants = module_constants(tree)
    for node in ast.walk(tree):
        found = environment_variable(node, constants)
        if found is not None and found.variable.startswith(_CHANNEL):
            yield found.variable, found.value if isinstance(found.value, str) else None


def _matching(root: Path, name: str) -> str | None:
    """``data/x``, ``x``, or the one folder in ``data`` whose name has ``x`` in it."""
    for path in (f"data/{name}", name):
        if (root / path).is_dir():
            return path
    data = root / "data"
    likely = sorted(path for path in data.glob("*") if path.is_dir() and name in path.name.lower())
    return likely[0].relative_to(root).as_posix() if len(likely) == 1 else None
