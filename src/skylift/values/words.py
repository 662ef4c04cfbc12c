"""What several rooms put in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SECRET = re.compile(
    r"(?:.*[-_.])?(?:password|passwd|passphrase|secret|(?:api|access)[-_]?(?:key|token))", re.IGNORECASE
)
_KEY = re.compile(r"(?:.*[-_.])?(?:key|token)", re.IGNORECASE)
_CREDENTIAL = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.~+/=-]{16,}")
"""What no column and no word of a vocabulary is called."""


def is_secret(name: str, value: str) -> bool:
    """Whether a parameter is one that nobody should write down, by its name; a key or token by its value, too.

    >>> is_secret("hf.password", "x"), is_secret("api-key", ""), is_secret("sort_key", "age")
    (True, False, False)
    >>> is_secret("hf_token", "hf_0123456789abcdef"), is_secret("pad_token", "<pad>"), is_secret("max_tokens", "512")
    (True, False, False)
    """
    if not value or value.lower() in ("true", "false", "null", "none"):
        return False
    return bool(_SECRET.fullmatch(name) or (_KEY.fullmatch(name) and _CREDENTIAL.fullmatch(value)))


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "file"), counted(2, "file")
    ('1 file', '2 files')
    """
    return f"{number} {what}" + ("" if number == 1 else "s")


def first_of(names: Sequence[str], limit: int) -> str:
    """Names in a sentence: the first of them, and how many more there are.

    >>> first_of(["a", "b"], 2), first_of(["a", "b", "c", "d"], 2)
    ('a, b', 'a, b and 2 more')
    """
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more} more" if more > 0 else "")
