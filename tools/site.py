"""The pages of the documentation, as tools and tests read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
_WRITTEN_BY_TOOLS = ("docs/failures.md", "docs/reference/commands.md")
_OUTSIDE = ("README.md", "CONTRIBUTING.md")


def pages() -> Iterator[Path]:
    """What people wrote, in order of its path; decisions tell of their time, and are left out."""
    found = [REPOSITORY / name for name in _OUTSIDE]
    found += (REPOSITORY / "docs").glob("*.md")
    found += (
        path for folder in ("how-to", "concepts") for path in (REPOSITORY / "docs" / folder).glob("*.md")
    )
    left_out = {REPOSITORY / name for name in _WRITTEN_BY_TOOLS}
    yield from sorted(path for path in found if path not in left_out)


def fenced(text: str, language: str) -> Iterator[str]:
    """The blocks of code in one language.

    >>> list(fenced("```toml\\na = 1\\n```\\n", "toml"))
    ['a = 1\\n']
    """
    for found in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield found[1]
