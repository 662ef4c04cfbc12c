"""Where the code stands in git."""

from __future__ import annotations

import hashlib
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.files import sha256_file
from skylift.host.processes import CommandFailed, run
from skylift.values.project import Revision


def revision(root: Path) -> Revision:
    """The commit, and a hash of what differs from it. Empty outside git, or before the first commit."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return Revision()
    diff = _difference(root)
    return Revision(
        commit=commit,
        branch=_git(root, "symbolic-ref", "--quiet", "--short", "HEAD"),
        dirty=bool(diff),
        diff=diff,
        time=_git(root, "show", "-s", "--format=%cI", "HEAD"),
        identity=_git(root, "rev-list", "--max-parents=0", "HEAD").splitlines()[-1],
    )


def _difference(root: Path) -> str:
    changed = _git(
        root,
        "-c",
        "core.quotePath=false",
        "diff",
        "--binary",
        "--no-ext-diff",
        "--no-color",
        "HEAD",
        "--",
        ".",
    )
    untracked = [
        path for path in _git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0") if path
    ]
    if not changed and not untracked:
        return ""
    hasher = hashlib.sha256(changed.encode(errors="surrogateescape"))
    for path in sorted(untracked):
        full = root / path
        content = sha256_file(full) if full.is_file() else ""
        hasher.update(f"\0{path}\0{content}".encode(errors="surrogateescape"))
    return hasher.hexdigest()


def _git(root: Path, *arguments: str) -> str:
    try:
        return run(["git", *arguments], cwd=root).strip("\n")
    except (NotReady, CommandFailed):
        # No git, no repository, no commit: then there is nothing to say, and that is no error.
        return ""
