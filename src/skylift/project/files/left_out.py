"""Which rule kept a file of the project from shipping (joint 7): for one path, after a job missed it."""

from __future__ import annotations

import os
import posixpath
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from skylift.host.files import read_source_text
from skylift.project.files.git import git_or_nothing, names, working_tree
from skylift.project.files.ship import IGNORE_FILE, NeverShips, patterns

_LOOKED_AT = 20
"""Files of a folder that are asked about before it is taken to ship."""
_MAKE = "make it in the script (os.makedirs), or write to SM_MODEL_DIR or SM_OUTPUT_DATA_DIR"
_TO_SHIP = "; to ship it"
_SUBMODULE = "160000"
"""The mode of a commit of another repository in git's index."""


@dataclass(frozen=True)
class Rules:
    """What decided which files ship: the settings of a run, and the project as it lies there."""

    root: Path
    include: tuple[str, ...] = ()
    channels: Mapping[str, str] = field(default_factory=dict)
    """Folders, relative to the root, and the channels of this job that they travel as."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """The same for folders that only other jobs have as channels."""


def why_left_out(rules: Rules, path: str) -> str:
    """Why a job that looked for ``path``, POSIX and relative to the root, did not find it; empty if unknown.

    The project is looked at as it is now: what nothing leaves out now may be newer than the job.
    """
    if os.path.lexists(rules.root / path):
        return _there(rules, path)
    return _not_there(rules, path)


def _there(rules: Rules, path: str) -> str:
    found = _rule(rules, path)
    if not found and (rules.root / path).is_dir():
        # A rule such as `data/*` names what is in a folder, not the folder.
        inside = list(islice(_files(rules.root, path), _LOOKED_AT))
        if not inside:
            return _empty(path)
        rule, remedy, _ = _common_rule(rules, inside).partition(_TO_SHIP)
        found = rule + (_remedy(f"{path}/") if remedy else "")
    return f"`{path}` exists in your project and did not ship: {found}" if found else ""


def _rule(rules: Rules, path: str) -> str:
    """What keeps a path that exists from shipping, and what can be done about it."""
    never = NeverShips(rules.root).because(path)
    if never:
        return never
    link = _link_above(rules.root, path)
    beyond = link not in ("", path)
    if not beyond and patterns(rules.include).match_file(path):
        return ""
    channel = _channel(rules, path)
    if channel or beyond:
        return channel or _beyond(rules, link)
    return _ignored(rules, path, _remedy(path))


def _remedy(path: str) -> str:
    return f'{_TO_SHIP}: [ship] include = ["{path}"], or a channel'


def _common_rule(rules: Rules, paths: Sequence[str]) -> str:
    """The rule of the first, when none of them ships."""
    first = _rule(rules, paths[0])
    return first if first and all(_rule(rules, path) for path in paths[1:]) else ""


def _channel(rules: Rules, path: str) -> str:
    for folder, name in sorted(rules.channels.items()):
        if _is_below(path, folder):
            return (
                f"it is in channel `{name}`: open it at SM_CHANNEL_{name.upper()}, "
                f'or set [paths] "{folder}" = "{{channel:{name}}}"'
            )
    for folder, name in sorted(rules.elsewhere.items()):
        if _is_below(path, folder):
            return f"it is in channel `{name}` of another job, and this one has no such channel"
    return ""


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _beyond(rules: Rules, link: str) -> str:
    target = os.readlink(rules.root / link)  # noqa: PTH115 - Path would tidy the text
    return f"`{link}` is a link to {target}" + _ignored(rules, link, "", ", left out by ")


def _ignored(rules: Rules, path: str, remedy: str, before: str = "") -> str:
    found = _ignored_by_us(rules.root, path) or _ignored_by_git(rules.root, path)
    return before + found + remedy if found else ""


def _ignored_by_us(root: Path, path: str) -> str:
    file = root / IGNORE_FILE
    text = read_source_text(file) if file.is_file() else ""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line]
    found = patterns([line for _, line in lines]).check_file(path)
    if not found.include or found.index is None:
        return ""
    number, line = lines[found.index]
    return f"{IGNORE_FILE}:{number} `{line.strip()}`"


def _ignored_by_git(root: Path, path: str) -> str:
    """File, line and pattern, as git tells them; also of the repositories inside this one."""
    for tree, inner in _trees(root, path):
        # A name that begins with a colon would be one of git's own words.
        asked = os.fsencode(f"./{inner}") + b"\0"
        said = git_or_nothing(tree, "check-ignore", "-v", "-z", "--stdin", stdin=asked)
        source, line, pattern = [*said.split("\0"), "", "", ""][:3]
        # A pattern that begins with ! takes a file in again, and git tells that, too.
        if source and not pattern.startswith("!"):
            shown = source if posixpath.isabs(source) else os.path.relpath(tree / source, root)
            return f"{shown}:{line} `{pattern}`"
    return ""


def _trees(root: Path, path: str) -> Iterator[tuple[Path, str]]:
    """The working trees that a path lies in, outermost first, with its name there."""
    full, base = root.resolve() / path, working_tree(root)
    if base is None:
        return
    if not git_or_nothing(base, "check-ignore", os.path.join(".", os.path.relpath(root.resolve(), base))):  # noqa: PTH118
        # A folder that its repository ignores as a whole is a project of its own.
        yield base, os.path.relpath(full, base)
    below = [above for above in reversed(full.parents) if above.is_relative_to(base) and above != base]
    for tree in below:
        if (tree / ".git").exists():
            yield tree, os.path.relpath(full, tree)


def _link_above(root: Path, path: str) -> str:
    parts = path.split("/")
    prefixes = ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return next((prefix for prefix in prefixes if (root / prefix).is_symlink()), "")


def _files(root: Path, folder: str) -> Iterator[str]:
    """One after the other: a folder may hold a million, and the first few are enough."""
    with os.scandir(root / folder) as entries:
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _files(root, path)
            else:
                yield path


def _not_there(rules: Rules, path: str) -> str:
    folder = posixpath.dirname(path)
    if working_tree(rules.root) is not None:
        said = _known_to_git(rules.root, path)
        if said:
            return said
    if folder and (rules.root / folder).is_dir():
        return _not_made(rules, folder)
    return ""


def _known_to_git(root: Path, path: str) -> str:
    if names(git_or_nothing(root, "--literal-pathspecs", "ls-files", "-z", "--", path)):
        return f"`{path}` is tracked by git, but not in your work tree: git restore {shlex.quote(path)}"
    parts = path.split("/")
    for folder in ("/".join(parts[:depth]) for depth in range(1, len(parts))):
        listed = git_or_nothing(root, "--literal-pathspecs", "ls-files", "-s", "-z", "--", folder)
        mode, _, name = listed.partition("\0")[0].partition("\t")
        if mode.startswith(_SUBMODULE) and name == folder and not (root / folder / ".git").exists():
            return f"`{folder}` is a submodule that is not here: git submodule update --init"
    return ""


def _not_made(rules: Rules, folder: str) -> str:
    """For a file that was to be written where the job has no folder, though the project has."""
    inside = list(islice(_files(rules.root, folder), _LOOKED_AT))
    if not inside:
        return _empty(folder)
    rule = (_rule(rules, folder) or _common_rule(rules, inside)).partition(_TO_SHIP)[0]
    return f"the folder `{folder}` of your project did not ship ({rule}): {_MAKE}" if rule else ""


def _empty(folder: str) -> str:
    return (
        f"the folder `{folder}` of your project has no file in it, and only folders with a file ship: {_MAKE}"
    )
