"""The names an image gets in its repository."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from skylift.host.files import canonical_json
from skylift.values.project import Revision
from skylift.values.references import slug

_LIMIT = 128
_BRANCH = "branch-"


def deps_tag(keys: Iterable[str]) -> str:
    """A content-addressed tag: an image that has these layers.

    :param keys: of all layers but the code's.

    >>> deps_tag(["b", "a"]) == deps_tag(["a", "b"])
    True
    """
    return f"deps-{hashlib.sha256(canonical_json(sorted(keys))).hexdigest()[:16]}"


def commit_tag(revision: Revision) -> str:
    """
    >>> commit_tag(Revision(commit="0123456789abcdef", dirty=True, diff="fedcba9876543210"))
    'c-0123456789ab-dirty-fedcba98'
    """
    dirty = f"-dirty-{revision.diff[:8]}" if revision.dirty else ""
    return f"c-{revision.commit[:12]}{dirty}"


def branch_tag(branch: str) -> str:
    """
    >>> branch_tag("feature/Größe_1")
    'branch-feature-Gr-e_1'
    """
    name = slug(branch, limit=_LIMIT - len(_BRANCH), allowed="a-zA-Z0-9_.") or "unnamed"
    return f"{_BRANCH}{name}"


def moves(tag: str) -> bool:
    """Whether a tag follows what is newest; all others stay with the first image that got them."""
    return tag.startswith(_BRANCH)
