"""Type every command of docs/tutorial.md in a copy of the example, and hold what is printed to what the page shows.

    python -m tools.tutorial            # what is printed otherwise than the page shows, if anything
    python -m tools.tutorial --write    # the page with what is printed today

The page's ``console`` blocks are typed in order. A comment in the line above a block says what it is for: ``typed:
docker`` and ``typed: cloud`` want Docker, ``not typed`` is left alone. Runs have other names each time, so the names
on the page stand for those of today, in commands as well; times, sizes, digests and folders may be any. A line that is
only ``…`` stands for any lines.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial.md"
EXAMPLE = ROOT / "examples" / "flight-delays"
SHOWN_HOME = "/home/you"
ANY = "…"
WIDTH = "100"

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*) -->\n)?^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_RUN = re.compile(r"\bflight-delays-\d{12}-(?P<tail>[a-z0-9]{4})\b")
_VAGUE = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+Z?"), "<moment>"),
    (re.compile(r"\b(?:127\.0\.0\.1|localhost):\d+\b"), "<host>"),
    (re.compile(r"(?:sha256:)?\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b"), "<hash>"),
    (re.compile(r"[-+]?\b\d+(?:\.\d+)?\s?(?:kB|MB|GB|KiB|MiB|GiB|bytes|byte|B)\b(?:/s)?"), "<size>"),
    (re.compile(r"[-+]?\b\d+(?:\.\d+)?(?:ms|s|m|h|d| s| min)\b(?: \d+(?:s|m|h)\b)?"), "<time>"),
    (re.compile(r"\b3\.\d+\.\d+\b"), "<python>"),
    (re.compile(r"\s+(?:after )?<time>$"), ""),
    (re.compile(r"-{3,}|─{3,}"), "---"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True)
class Step:
    """One command of the page, and what is shown below it."""

    at: int
    """Where it stands in the page: the same may be typed twice."""
    command: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A ``console`` block: where it stands in the page, and what is typed in it."""

    start: int
    end: int
    mark: str
    steps: tuple[Step, ...]

    @property
    def needs(self) -> str:
        """``docker``, ``cloud``, or nothing; ``-`` for a block that is not typed."""
        if self.mark.startswith("not typed"):
            return "-"
        return self.mark.removeprefix("typed:").strip() if self.mark.startswith("typed:") else ""


@dataclass
class Typist:
    """Types the steps one after the other, as in one terminal."""

    folder: Path
    environment: Mapping[str, str]
    real: dict[str, str] = field(default_factory=dict)
    """The names of runs, and their ends, that the page shows: what they are today."""

    def type(self, step: Step) -> tuple[list[str], int]:
        """What the command prints, on both streams, and its exit code."""
        command = step.command
        for shown, real in self.real.items():
            command = re.sub(rf"\b{re.escape(shown)}\b", real, command)
        where = self.folder / "where"
        here = where.read_text().strip() if where.exists() else str(self.folder)
        script = f"{command}\ncode=$?\npwd > {shlex.quote(str(where))}\nexit $code\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=here,
            env={**self.environment, "COLUMNS": WIDTH, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        lines = self._without_this_machine(done.stdout.decode(errors="replace")).splitlines()
        self._pair(step.shown, lines)
        return lines, done.returncode

    def _without_this_machine(self, text: str) -> str:
        home = Path(self.environment.get("HOME", "/root"))
        caches = self.environment.get("SKYLIFT_CACHE_DIR") or str(home / ".cache" / "skylift")
        for path, instead in ((str(self.folder), SHOWN_HOME), (caches, f"{SHOWN_HOME}/.cache/skylift")):
            text = text.replace(path, instead)
        return text

    def _pair(self, shown: Sequence[str], printed: Sequence[str]) -> None:
        """New names on the page stand for the new names that were printed, in the order in which they appear."""
        known = set(self.real.values())
        new = [name for name in _names(printed) if name[0] not in known]
        waiting = [name for name in _names(shown) if name[0] not in self.real]
        for (shown_name, shown_tail), (name, tail) in zip(waiting, new, strict=False):
            self.real |= {shown_name: name, shown_tail: tail}


def _names(lines: Sequence[str]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((found[0], found["tail"]) for line in lines for found in _RUN.finditer(line)))


def blocks(page: str) -> Iterator[Block]:
    for found in _BLOCK.finditer(page):
        mark = found["mark"] or ""
        steps = tuple(_steps(found.start("body"), found["body"]))
        yield Block(found.start("body"), found.end("body"), mark, steps)


def _steps(start: int, body: str) -> Iterator[Step]:
    for number, part in enumerate(re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]):
        lines = part.splitlines()
        typed = 1
        while lines[typed - 1].endswith("\\"):
            typed += 1
        yield Step(start + number, "\n".join(lines[:typed]), tuple(lines[typed:]))


def vague(line: str, real: Mapping[str, str]) -> str:
    """A line without what differs from one time to the next.

    >>> vague("took 2.2s,  1,024 kB", {}) == vague("took 31ms, 1,900 kB", {})
    True
    """
    for shown, name in real.items():
        line = re.sub(rf"\b{re.escape(shown)}\b", name, line)
    for pattern, instead in _VAGUE:
        line = pattern.sub(instead, line)
    return line.strip()


def differences(step: Step, printed: Sequence[str], real: Mapping[str, str]) -> list[str]:
    """What the page shows and the command does not print, or the other way round."""
    wanted = [vague(line, real) for line in step.shown if line.strip()]
    given = [vague(line, {}) for line in printed if line.strip()]
    gap, at = False, 0
    for line in wanted:
        if line == ANY:
            gap = True
            continue
        found = given.index(line, at) if line in given[at:] else -1
        if found < 0 or (found > at and not gap):
            says = given[at] if at < len(given) else "nothing"
            return [f"$ {step.command}", f"  the page shows  {line}", f"  it prints       {says}"]
        gap, at = False, found + 1
    if at < len(given) and not gap:
        return [f"$ {step.command}", "  the page shows  nothing more", f"  it prints       {given[at]}"]
    return []


def start(folder: Path) -> None:
    """The example as a repository of its own, as somebody has it who has just cloned it."""
    project = folder / "flight-delays"
    shutil.copytree(
        EXAMPLE, project, ignore=shutil.ignore_patterns("__pycache__", ".skylift", "model", "output")
    )
    git = ["git", "-c", "user.name=you", "-c", "user.email=you@example.com"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "the example"]):
        subprocess.run([*git, *command], cwd=project, check=True)


@dataclass(frozen=True)
class Typed:
    """A step that was typed, and what came of it."""

    step: Step
    printed: tuple[str, ...]
    code: int
    real: Mapping[str, str]

    @property
    def differences(self) -> list[str]:
        return differences(self.step, self.printed, self.real)


def typed(page: str, folder: Path, environments: Mapping[str, Mapping[str, str]]) -> Iterator[Typed]:
    """Type what can be typed: the blocks whose need has an environment."""
    start(folder)
    typist = Typist(folder, {})
    for block in blocks(page):
        if block.needs not in environments:
            continue
        typist.environment = environments[block.needs]
        for step in block.steps:
            printed, code = typist.type(step)
            yield Typed(step, tuple(printed), code, dict(typist.real))


def renewed(page: str, outputs: Mapping[Step, Sequence[str]]) -> str:
    """The page with other outputs; those that are shown in part, or not at all, stay as they are."""
    text, last = "", 0
    for block in blocks(page):
        body = ""
        for step in block.steps:
            whole = step in outputs and step.shown and ANY not in {line.strip() for line in step.shown}
            lines = outputs[step] if whole else step.shown
            body += "\n".join([f"$ {step.command}", *(line.rstrip() for line in lines)]) + "\n"
        text, last = text + page[last : block.start] + body, block.end
    return text + page[last:]


def _as_shown(printed: Sequence[str], real: Mapping[str, str]) -> list[str]:
    """The output by the names that the page has for the runs, so that its commands still mean them."""
    text = "\n".join(printed)
    for shown, name in real.items():
        text = re.sub(rf"\b{re.escape(name)}\b", shown, text)
    return text.splitlines()


def environments() -> dict[str, dict[str, str]]:
    """What each kind of block is typed in: `python -m tests.services run -- …` gives those of docker and cloud."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SM_"))}
    kept.pop("VIRTUAL_ENV", None)
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    base, registry = kept.get("SERVICES_BASE"), kept.get("SERVICES_REGISTRY")
    if not base:
        return {"": kept}
    cloud = {**kept, "SKYLIFT_IMAGE_BASE": base}
    return {
        "": kept,
        "docker": {**cloud, "SKYLIFT_IMAGE_REPOSITORY": f"{registry}/flight-delays"},
        "cloud": cloud,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="renew what the page shows")
    write = parser.parse_args().write
    page, outputs, wrong = PAGE.read_text(), {}, list[str]()
    with tempfile.TemporaryDirectory() as folder:
        for done in typed(page, Path(folder), environments()):
            print(f"$ {done.step.command}", *done.printed, f"[{done.code}]", sep="\n", file=sys.stderr)
            outputs[done.step] = _as_shown(done.printed, done.real)
            wrong += done.differences
    if write:
        PAGE.write_text(renewed(page, outputs))
        return 0
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
