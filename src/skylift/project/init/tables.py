"""The tables of one job that say where it reads and writes, as they are found out, row by row (joint 8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from skylift.project.init.findings import Findings
from skylift.project.init.unbound import said
from skylift.values.project import Unbound, Understood
from skylift.values.references import slug
from skylift_runtime.contract import CHANNEL_LIMIT, RESERVED_CHANNEL

MOST_CHANNELS = CHANNEL_LIMIT - 1
"""One is ours."""
_MANY = 4
"""Rules for one folder, besides which it is as well collected as a whole."""


def is_covered(pattern: str, rules: Iterable[str]) -> bool:
    """Whether what a rule of ``[collect]`` finds is found by others already.

    >>> is_covered("out/a.json", ["out/**"]), is_covered("out/a.json", ["outer/**"])
    (True, False)
    """
    return any(pattern == rule or (rule.endswith("/**") and pattern.startswith(rule[:-2])) for rule in rules)


@dataclass
class Tables:
    """What was found out. Each folder is one channel, each argument and path has one place."""

    channels: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    collect: dict[str, list[str]] = field(default_factory=dict)
    ship: list[str] = field(default_factory=list)
    """Files that git ignores, and that go along with the code all the same."""
    understood: list[Understood] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unbound: list[Unbound] = field(default_factory=list)
    shared: frozenset[str] = frozenset()
    """Folders that are one channel each with all that lies in them, because there would be too many else."""
    over: list[str] = field(default_factory=list)
    """Folders for which there was no channel left."""

    @property
    def has_model(self) -> bool:
        """Whether anything goes to the model's place already."""
        templates = (*self.arguments.values(), *self.paths.values())
        return "model" in self.collect or any(text.startswith("{model}") for text in templates)

    def say(self, topic: str, value: str, why: str, *, sure: bool = True) -> None:
        self.understood.append(Understood(topic, value, why, sure))

    def leave(self, line: str) -> None:
        if line not in self.left:
            self.left.append(line)

    def ask(self, unbound: Unbound) -> None:
        """Leave an option to the user that wants data."""
        self.unbound.append(unbound)
        self.leave(said(unbound))

    def channel(self, folder: str, why: str, *, name: str = "", sure: bool = True) -> str:
        """The channel of a folder, made where there is none; and what is the rest of the way to the folder.

        Empty where a job has no channel left for it.

        >>> tables = Tables()
        >>> tables.channel("data", ""), tables.channel("data/a", ""), tables.channel("b/data", "")
        ('{channel:data}', '{channel:data}/a', '{channel:b-data}')
        """
        folder = str(PurePosixPath(folder))
        known = "" if name and name not in self.channels else self.inside(folder)
        if known:
            return known
        top = next((one for one in self.shared if PurePosixPath(folder).is_relative_to(one)), folder)
        if top != folder and not name:
            head = self.channel(top, why, sure=sure)
            return f"{head}/{PurePosixPath(folder).relative_to(top).as_posix()}" if head else ""
        if len(self.channels) >= MOST_CHANNELS:
            self.over += [folder] if folder not in self.over else []
            return ""
        name = name or self._free_name(folder)
        self.channels[name] = folder
        self.say(f"channel {name}", folder, why, sure=sure)
        return f"{{channel:{name}}}"

    def inside(self, path: str) -> str:
        """How a path is spelled that lies in the folder of a channel; empty where it lies in none."""
        pure = PurePosixPath(path)
        for name, folder in self.channels.items():
            if pure.is_relative_to(folder):
                rest = pure.relative_to(folder).as_posix()
                return f"{{channel:{name}}}" + ("" if rest == "." else f"/{rest}")
        return ""

    def _free_name(self, folder: str) -> str:
        short = slug(PurePosixPath(folder).name, limit=64, allowed="A-Za-z0-9._")
        taken = {*self.channels, RESERVED_CHANNEL, ""}
        if short not in taken:
            return short
        longer = slug(folder.replace("/", "-"), limit=60, allowed="A-Za-z0-9._") or "data"
        return next(name for name in (longer, *(f"{longer}-{n}" for n in range(2, 99))) if name not in taken)

    def bind(self, key: str, template: str, why: str, *, sure: bool = True) -> None:
        self.arguments[key] = template
        self.understood = [row for row in self.understood if row.topic != f"argument {key}"]
        self.say(f"argument {key}", template, why, sure=sure)

    def lay(self, path: str, template: str, why: str, *, sure: bool = True) -> None:
        self.paths[path] = template
        self.say(f"path {path}", template, why, sure=sure)

    def gather(self, kind: str, pattern: str, why: str, *, sure: bool = True) -> None:
        """A rule of ``[collect]``, unless another one covers it."""
        rules = self.collect.setdefault(kind, [])
        if is_covered(pattern, rules):
            return
        if pattern.endswith("/**"):
            rules[:] = [rule for rule in rules if not rule.startswith(pattern[:-2])]
        rules.append(pattern)
        self.say(f"collect {kind}", pattern, why, sure=sure)

    def include(self, file: str, why: str) -> None:
        if file not in self.ship:
            self.ship.append(file)
            self.say("ship", file, f"{why}; git ignores it")

    def _folded(self, patterns: list[str]) -> list[str]:
        """The rules, those of a folder that has many as one."""
        tops = [pattern.split("/")[0] for pattern in patterns]
        plain = [pattern.split("/")[0] for pattern in patterns if "/" in pattern and "**" not in pattern]
        many = {top for top in plain if plain.count(top) > _MANY and "*" not in top}
        return list(
            dict.fromkeys(
                f"{top}/**" if top in many else text for top, text in zip(tops, patterns, strict=True)
            )
        )

    def _as_written(self) -> Iterator[Understood]:
        """The rows, in which a rule of ``[collect]`` is the one that it has become part of; each only once."""
        told: set[tuple[str, str]] = set()
        for row in self.understood:
            start, _, kind = row.topic.partition(" ")
            rules = self.collect.get(kind, []) if start == "collect" else []
            rule = next((one for one in rules if is_covered(row.value, [one])), row.value)
            if (row.topic, rule) not in told or start != "collect":
                told.add((row.topic, rule))
                yield replace(row, value=rule)

    def findings(self) -> Findings:
        if self.over:
            self.leave(
                f"the program reads {len(self.channels) + len(self.over)} folders, more than a job has channels for: "
                f"{', '.join(self.over)}: lay them into one folder"
            )
        self.collect = {kind: self._folded(patterns) for kind, patterns in self.collect.items()}
        self.understood = list(self._as_written())
        tables = {
            "channels": self.channels,
            "arguments": self.arguments,
            "paths": self.paths,
            "collect": self.collect,
        }
        written: dict[str, Any] = {key: table for key, table in tables.items() if table}
        if self.ship:
            # Just this file: a name alone would be found in every folder, and brackets and stars are a pattern's.
            patterns = [re.sub(r"([*?\[\\])", r"\\\1", f"/{file}") for file in self.ship]
            written["ship"] = {"include": patterns}
        return Findings(written, self.understood, self.left, self.unbound)
