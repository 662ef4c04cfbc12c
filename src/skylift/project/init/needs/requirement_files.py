"""Which of a project's requirement files are about training, and what those say that uv can not read as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from skylift.host.files import read_source
from skylift.host.redaction import redact_text
from skylift.project.init.needs.conda import requirement
from skylift.project.init.needs.declared import Declared, name_of
from skylift.project.init.needs.known_names import is_known
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.pip_commands import requirement_files, tested_files
from skylift.project.init.needs.requirement_lines import read_lines
from skylift.project.source.program import Program

_NAME = r"[\w.-]*requirements?[\w.-]*\.(txt|in)|reqs?[\w.-]*\.(txt|in)"
_FOLDERS = frozenset({"requirements", "requirement", "reqs"})
_MAIN = frozenset({"base", "main", "common", "core", "prod", "production", "runtime", "default", "all"})
_OTHER_PURPOSE = frozenset(
    {
        "dev",
        "devel",
        "develop",
        "development",
        "test",
        "tests",
        "testing",
        "doc",
        "docs",
        "lint",
        "linting",
        "ci",
    }
    | {
        "style",
        "format",
        "typing",
        "types",
        "notebook",
        "notebooks",
        "jupyter",
        "infer",
        "inference",
        "serve",
    }
    | {
        "serving",
        "deploy",
        "deployment",
        "app",
        "api",
        "web",
        "demo",
        "build",
        "mac",
        "macos",
        "windows",
        "win",
    }
    | {
        "colab",
        "benchmark",
        "benchmarks",
        "constraints",
        "constraint",
        "optional",
        "old",
        "legacy",
        "pipeline",
    }
)
_CONDA_LINE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*=[^=\s]+(=[^=\s]+)?")
_OF_A_MACHINE = re.compile(r"\s@\s+file://")
_ELSEWHERE = 99
_DEEPEST = 3
"""Further down lies what is for something else, unless the program itself does."""


def ranked_files(listing: Listing, programs: Sequence[Program]) -> list[str]:
    """The requirement files, the likeliest first: beside the program, above it, then anywhere."""
    ranks = _ranks(listing, programs)
    return sorted((name for name in ranks if ranks[name]), key=lambda name: (ranks[name], name))


def other_files(listing: Listing, programs: Sequence[Program]) -> list[str]:
    """Those that are for something else: development, tests, serving."""
    ranks = _ranks(listing, programs)
    return sorted(name for name in ranks if not ranks[name])


def _ranks(listing: Listing, programs: Sequence[Program]) -> dict[str, tuple[int, ...]]:
    home = PurePosixPath(programs[0].name).parent if programs else PurePosixPath()
    names = {name for name in listing.matching(_NAME) if name.count("/") <= _DEEPEST or is_above(name, home)}
    names |= {name for name in listing.matching(r".*\.(txt|in)") if set(name.split("/")[-2:-1]) & _FOLDERS}
    names |= set(tested_files(listing))
    # What pip-tools compiles of an .in lies beside it and has the versions.
    names -= {name for name in names if name.endswith(".in") and f"{name[:-3]}.txt" in names}
    by_docker = set(requirement_files(listing))
    return {name: _rank(name, home, in_docker=name in by_docker) for name in names}


def is_above(name: str, home: PurePosixPath) -> bool:
    """Whether a file lies in a folder, or above it, perhaps with others of its kind in a folder of their own."""
    return home == _folder(name) or _folder(name) in home.parents


def _folder(name: str) -> PurePosixPath:
    folder = PurePosixPath(name).parent
    return folder.parent if folder.name in _FOLDERS else folder


def _rank(name: str, home: PurePosixPath, *, in_docker: bool) -> tuple[int, ...]:
    """Nothing for a file that is for something else."""
    path, folder = PurePosixPath(name), _folder(name)
    above = is_above(name, home)
    distance = len(home.parts) - len(folder.parts) if above else _ELSEWHERE
    shown = path.relative_to(folder) if above else path
    words = set(re.split(r"[^a-z]+", shown.with_suffix("").as_posix().lower())) - {""}
    if words & _OTHER_PURPOSE and "train" not in words:
        return ()
    plain = words <= {"requirements", "requirement", "reqs", "req"} or bool(words & _MAIN)
    trains = bool(words & {"train", "training"})
    return (distance, 0 if trains else 1 if in_docker else 2 if plain else 3, name.count("/"))


def file_needs(listing: Listing, name: str) -> Declared:
    """A requirements file. One that uv can not read is taken line by line."""
    lines = read_lines(listing.root, name)
    text = listing.text(name)
    if _OF_A_MACHINE.search(text):
        return replace(_frozen(name, lines.requirements), places=lines.places)
    strange = [line for line in text.splitlines() if _CONDA_LINE.fullmatch(line)]
    if strange:
        taken = [requirement(line) for line in strange]
        unknown = [line for line, one in zip(strange, taken, strict=True) if one is None]
        left = (f"{name}: conda's {', '.join(unknown[:8])}: if PyPI has it, add it to `dependencies`",)
        kept = [*lines.requirements, *filter(None, taken)]
        note = "it is a list of conda's"
        return Declared(name, tuple(kept), places=lines.places, notes=(note,), left=left * bool(unknown))
    if _beginning(listing.root / name) in (b"\xff\xfe", b"\xfe\xff"):
        note = "it is UTF-16, which uv does not read: save it as UTF-8"
        return Declared(name, lines.requirements, places=lines.places, notes=(note,))
    unread = tuple(f"{name}: `{redact_text(text)[:60]}` is no requirement" for text in lines.unread[:3])
    if "sklearn" in map(name_of, lines.requirements):
        # A package by the name of the module, which refuses to be installed.
        unread += (f"{name} asks for sklearn, which can not be installed: write scikit-learn",)
    return Declared(name, lines.requirements, (name,), left=unread)


def _frozen(name: str, lines: Sequence[str]) -> Declared:
    """What `pip freeze` says in an environment of conda's: paths of the machine that built the packages."""
    kept, unknown = [], []
    for line in lines:
        package = name_of(line)
        if not _OF_A_MACHINE.search(line):
            kept.append(line)
        elif is_known(package):
            kept.append(package)
        else:
            unknown.append(package)
    left = f"{name}: {', '.join(unknown[:8])} came from folders: add to `dependencies` what you need of them"
    note = "folders of the machine it was frozen on are left out"
    return Declared(name, tuple(kept), sure=False, notes=(note,), left=(left,) * bool(unknown))


def _beginning(path: Path) -> bytes:
    try:
        return read_source(path)[:2]
    except OSError:
        return b""
