"""What the name of a value says of who may know it: the one rule for reports, records, warnings and `init`."""

from __future__ import annotations

import re
from typing import Any

_PART = r"(?:^|.*[-_. ])"
_SECRET = re.compile(
    _PART
    + r"(?:passwords?|passwd|passw|passphrase|secrets?|credentials?|(?:api|access|secret|private|auth)[-_. ]?keys?"
    r"|(?:api|access|auth|bearer|bot|refresh|secret|hf|hub|wandb|github|gitlab)[-_. ]?tokens?)",
    re.IGNORECASE,
)
_KEY = re.compile(_PART + r"(?:key|token)", re.IGNORECASE)
_CREDENTIAL = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.~+/=-]{16,}")
"""What no column and no word of a vocabulary is called."""
_NOTHING = frozenset({"", "true", "false", "null", "none"})
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def names_secret(name: str) -> bool:
    """Whether a name says by itself that nobody else may know its value.

    >>> [names_secret(name) for name in ("hf.password", "dbPassword", "AWSSecretKey", "hf_token")]
    [True, True, True, True]
    >>> [names_secret(name) for name in ("sort_key", "pad_token", "tokenizer", "max_tokens", "secretary")]
    [False, False, False, False, False]
    """
    return _SECRET.fullmatch(_HUMP.sub("_", name)) is not None


def may_name_secret(name: str) -> bool:
    """Whether a name leaves it open: for those who can do without the value.

    >>> [may_name_secret(name) for name in ("token", "KAGGLE_KEY", "sort_key", "keys", "hf_token")]
    [True, True, True, False, True]
    """
    return names_secret(name) or _KEY.fullmatch(_HUMP.sub("_", name)) is not None


def is_secret(name: str, value: str) -> bool:
    """Whether a value is one that nobody should write down, by its name; a key or token by its look, too.

    >>> is_secret("hf.password", "x"), is_secret("api-key", ""), is_secret("sort_key", "age")
    (True, False, False)
    >>> is_secret("my_token", "tk_0123456789abcdef"), is_secret("pad_token", "<pad>"), is_secret("max_tokens", "512")
    (True, False, False)
    """
    if value.lower() in _NOTHING:
        return False
    return names_secret(name) or bool(may_name_secret(name) and _CREDENTIAL.fullmatch(value))


HIDDEN = "***"
"""What stands for a value that is not shown."""


def unless_secret(name: str, value: Any) -> Any:
    """A value for those who look on, and need not see what is a secret by its name.

    >>> unless_secret("hf.password", "x"), unless_secret("lr", 0.1), unless_secret("pad_token", "<pad>")
    ('***', 0.1, '<pad>')
    """
    return HIDDEN if isinstance(value, str) and is_secret(name, value) else value
