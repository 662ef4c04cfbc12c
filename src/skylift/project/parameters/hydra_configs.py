"""Hydra's configs: files in a folder and classes in its store, composed by their defaults lists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skylift.host.files import read_source
from skylift.project.parameters.config_keys import REQUIRED, Keys
from skylift.project.parameters.context import Context, keywords
from skylift.project.parameters.nested import Leaves
from skylift.project.parameters.reading import Reading
from skylift.project.source.documents import parse_yaml
from skylift.project.source.names import Place

_PACKAGE = re.compile(r"^\s*#\s*@package\s+(\S+)", re.MULTILINE)
_MOST_FILES = 400
_MOST_BYTES = 128 * 1024
_DEEPEST = 10


@dataclass(frozen=True)
class Config:
    """One config: a file's values, a class of the store, or values in the store."""

    values: Mapping[str, Any]
    defaults: tuple[Any, ...]
    package: str | None = None
    """What its header says."""
    place: Place | None = None


@dataclass(frozen=True)
class Group:
    """A choice in a defaults list."""

    key: str
    """As it is overridden: ``model``, ``db@backup``."""
    chosen: Any
    options: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class Entry:
    """One line of a defaults list."""

    group: str
    chosen: Any
    package: str | None = None
    optional: bool = False
    overrides: bool = False
    absolute: bool = False

    @property
    def key(self) -> str:
        return f"{self.group}@{self.package}" if self.package else self.group


class Store:
    """What can be composed, by group and name."""

    def __init__(self, context: Context, folder: Path | None) -> None:
        self._context, self._folder = context, folder
        self._kept: dict[tuple[str, str], Config] = {}
        self._read = 0
        for module, call in context.reach.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr == "store":
                words = keywords(call)
                texts = {
                    key: context.constants.text(module, words.get(key))
                    for key in ("group", "name", "package")
                }
                node = words.get("node") or (call.args[0] if call.args else None)
                if texts["name"] and node is not None:
                    self._keep(module, node, texts)

    def _keep(self, module: Any, node: ast.expr, texts: Mapping[str, str]) -> None:
        made = node.func if isinstance(node, ast.Call) else node
        place = self._context.class_or_function(module, made)
        found = self._context.constants.read(module, node)
        values = found.value if found is not None and isinstance(found.value, Mapping) else {}
        defaults = tuple(values.get("defaults") or ())
        key = (texts["group"], texts["name"].removesuffix(".yaml"))
        self._kept[key] = Config(values, defaults, texts["package"] or None, place)

    def config(self, group: str, name: str) -> Config | None:
        """A config; a file goes before what the store has."""
        return self._file(group, name.removesuffix(".yaml")) or self._kept.get(
            (group, name.removesuffix(".yaml"))
        )

    def names(self, group: str) -> tuple[str, ...]:
        """What can be chosen in a group."""
        kept = {name for of, name in self._kept if of == group}
        folder = self._folder / group if self._folder is not None else None
        if folder is not None and folder.is_dir():
            kept |= {path.stem for path in folder.glob("*.yaml")}
        return tuple(sorted(kept)[:_MOST_FILES])

    def _file(self, group: str, name: str) -> Config | None:
        if self._folder is None or self._read >= _MOST_FILES:
            return None
        path = self._folder / group / f"{name}.yaml"
        try:
            if not path.is_file() or path.stat().st_size > _MOST_BYTES:
                return None
            text = read_source(path, _MOST_BYTES).decode("utf-8-sig")
        except (OSError, ValueError):
            return None
        self._read += 1
        values = parse_yaml(text, "omegaconf")
        if values is None and text.strip():
            values = {}
        if not isinstance(values, Mapping | None):
            return None
        package = _PACKAGE.search(text)
        values = dict(values or {})
        defaults = values.pop("defaults", None)
        return Config(
            values, tuple(defaults) if isinstance(defaults, list) else (), package[1] if package else None
        )


@dataclass
class Composed:
    """What a primary config comes to."""

    keys: Keys = field(default_factory=Keys)
    groups: dict[str, Group] = field(default_factory=dict)


class Composer:
    """Follows a primary config through the defaults lists."""

    def __init__(
        self, context: Context, store: Store, reading: Reading, chosen: Mapping[str, Any] | None = None
    ) -> None:
        """``chosen``: what a command line chooses, by group; ``+group`` for one that no defaults list has."""
        self._context, self._store, self._reading = context, store, reading
        self._overrides: dict[str, Any] = dict(chosen or {})
        self._added = {key[1:]: name for key, name in self._overrides.items() if key.startswith("+")}
        self._steps = 0

    def compose(self, name: str) -> Composed | None:
        """All keys and groups; None when there is no such config."""
        primary = self._store.config("", name)
        if primary is None:
            return None
        # What overrides a choice may stand after it: the first time finds them.
        self._whole(Composed(), primary)
        notes = list(self._reading.notes)
        self._steps = 0
        found = Composed()
        self._whole(found, primary)
        self._reading.notes = list(dict.fromkeys([*notes, *self._reading.notes]))
        self._alternatives(found)
        return found

    def _whole(self, found: Composed, primary: Config) -> None:
        self._lay(found, primary, "", "", 0)
        for key, name in self._added.items():
            group, _, package = key.partition("@")
            if self._store.config(group, str(name)) is not None:
                self._follow(found, Entry(group, name, package or None, absolute=True), "", "", 0)

    def _lay(self, found: Composed, config: Config, group: str, package: str, depth: int) -> None:
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST_FILES:
            self._note("the defaults lists go deeper than they are followed")
            return
        written = False
        for item in self._defaults(config):
            if item == "_self_":
                self._own(found, config, package)
                written = True
                continue
            entry = _entry(item)
            if entry is None:
                self._note(f"`{item}` in a defaults list could not be read")
            elif entry.overrides:
                self._overrides.setdefault(_joined(group, entry), entry.chosen)
            else:
                self._follow(found, entry, group, package, depth)
        if not written:
            self._own(found, config, package)

    def _defaults(self, config: Config) -> tuple[Any, ...]:
        """The defaults list; that of a class is one of its fields."""
        if config.defaults or config.place is None:
            return config.defaults
        for leaf in Leaves(self._context, Reading("")).of(config.place):
            if leaf.name == "defaults" and isinstance(leaf.default.value, list | tuple):
                return tuple(leaf.default.value)
        return ()

    def _own(self, found: Composed, config: Config, package: str) -> None:
        if config.place is not None:
            for leaf in Leaves(self._context, self._reading).of(config.place):
                if leaf.path[0] not in ("defaults", "hydra"):
                    found.keys.declare(leaf, package)
        values = {
            key: value for key, value in config.values.items() if package or key not in ("hydra", "defaults")
        }
        found.keys.lay(values, package)

    def _follow(self, found: Composed, entry: Entry, group: str, package: str, depth: int) -> None:
        if not entry.group:
            self._named(found, entry, group, package, depth)
            return
        of = _joined(group, entry)
        if of == "hydra" or of.startswith("hydra/"):
            return
        key = f"{of}@{_below(package, entry.package)}" if entry.package else of
        chosen = self._overrides.get(key, self._overrides.get(of, entry.chosen))
        found.groups[key] = Group(key, chosen, self._store.names(of), entry.optional)
        for name in chosen if isinstance(chosen, list) else [chosen]:
            if isinstance(name, str) and name != REQUIRED and "${" not in name:
                self._chosen(found, entry, (of, name), group, package, depth)

    def _chosen(
        self, found: Composed, entry: Entry, wanted: tuple[str, str], group: str, package: str, depth: int
    ) -> None:
        of, name = wanted
        config = self._store.config(of, name)
        if config is None:
            if not entry.optional:
                self._note(f"there is no `{of}/{name}` among the configs")
            return
        inner_group = of if "/" not in name else f"{of}/{name.rpartition('/')[0]}"
        self._lay(found, config, inner_group, _package(config, entry, group, package), depth + 1)

    def _named(self, found: Composed, entry: Entry, group: str, package: str, depth: int) -> None:
        """Another config of the same group, or one by its path from the top."""
        name = str(entry.chosen)
        of, _, last = name.lstrip("/").rpartition("/")
        of = of if name.startswith("/") or not group else f"{group}/{of}".strip("/")
        config = self._store.config(of, last)
        if config is None:
            if not entry.optional:
                self._note(f"there is no `{name}` among the configs")
            return
        if entry.package is not None or config.package is not None or of == group:
            inner = _package(config, entry, group, package) if entry.package or config.package else package
        else:
            inner = _below(package, _under(of, group).replace("/", "."))
        self._lay(found, config, of, inner, depth + 1)

    def _alternatives(self, found: Composed) -> None:
        """The keys of what else can be chosen."""
        for group in list(found.groups.values()):
            of, _, package = group.key.partition("@")
            for name in group.options:
                config = self._store.config(of, name) if name != group.chosen else None
                if config is None:
                    continue
                inner = Composed()
                usual = package or of.replace("/", ".")
                own = usual if package or config.package is None else _header(config.package, "", of)
                # Only names count here: what is wrong with another choice is no concern of this one.
                quiet = Composer(self._context, self._store, Reading(""))
                quiet._lay(inner, config, of, own, 0)
                found.keys.add_unseen_keys(inner.keys)
                found.groups = {**inner.groups, **found.groups}

    def _note(self, text: str) -> None:
        if text not in self._reading.notes:
            self._reading.notes.append(text)


def _entry(item: Any) -> Entry | None:
    """A line of a defaults list: ``model: resnet``, ``override /db@backup: mysql``, ``base``."""
    if isinstance(item, str):
        name, _, package = item.removeprefix("optional ").partition("@")
        return Entry("", name.strip(), package or None, item.startswith("optional "))
    if not isinstance(item, Mapping) or len(item) != 1:
        return None
    key, chosen = next(iter(item.items()))
    words = str(key).split()
    if not words or set(words[:-1]) - {"optional", "override"}:
        return None
    group, _, package = words[-1].partition("@")
    chosen = chosen.removesuffix(".yaml") if isinstance(chosen, str) else chosen
    return Entry(
        group.strip("/"),
        chosen,
        package or None,
        "optional" in words[:-1],
        "override" in words[:-1],
        group.startswith("/"),
    )


def _joined(group: str, entry: Entry) -> str:
    """The group of a line, from the top: lines are relative to the group of their file."""
    return entry.group if entry.absolute or not group else f"{group}/{entry.group}"


def _under(of: str, group: str) -> str:
    return of[len(group) + 1 :] if group and of.startswith(group + "/") else of


def _package(config: Config, entry: Entry, group: str, package: str) -> str:
    """Where a config's values go: as the line says, else as its header says, else as its group is called."""
    if entry.package is not None:
        return _header(entry.package, package, entry.group)
    if config.package is not None:
        return _header(config.package, package, _joined(group, entry))
    return _below(package, entry.group.replace("/", "."))


def _header(said: str, package: str, group: str) -> str:
    if said == "_global_" or said.startswith("_global_."):
        return said.removeprefix("_global_").lstrip(".")
    if said == "_here_":
        return package
    said = said.replace("_group_", group.replace("/", "."))
    return said if "_group_" in said or not package else _below(package, said)


def _below(package: str, name: str | None) -> str:
    if name in (None, "", "_here_"):
        return package
    if name == "_global_":
        return ""
    return f"{package}.{name}" if package else str(name)


def entries(items: Any) -> Iterator[Entry]:
    """The lines of a defaults list that can be read."""
    for item in items:
        found = _entry(item) if item != "_self_" else None
        if found is not None:
            yield found
