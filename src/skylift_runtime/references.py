"""Where a secret is, in one line: all of it that leaves the config."""

from __future__ import annotations

import re
from typing import NamedTuple

from skylift_runtime.contract import ENVIRONMENT_VALUE_LIMIT

FORMS = '"env:NAME", "keyring:SERVICE/USER", "secretsmanager:ID" or "ssm:NAME"'
_KINDS = ("env", "keyring", "secretsmanager", "ssm")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Reference(NamedTuple):
    """``kind`` is env, keyring, secretsmanager or ssm."""

    kind: str
    name: str
    """A variable, ``SERVICE/USER``, or what the service of AWS knows it by: a name or an ARN."""
    key: str = ""
    """Which value of a JSON object; empty for the whole of it."""

    @property
    def is_remote(self) -> bool:
        """The job itself can fetch it; the others are known only where the job is started."""
        return self.kind in ("secretsmanager", "ssm")


def parse_reference(text: str) -> Reference:
    """
    :raises ValueError: when it is none. What was given may be the secret itself, and is not repeated.

    >>> parse_reference("secretsmanager:team/tracking#token")
    Reference(kind='secretsmanager', name='team/tracking', key='token')
    """
    kind, _, name = text.partition(":")
    if kind not in _KINDS:
        raise ValueError("wants a reference to the secret, never the secret itself")
    if len(text) > ENVIRONMENT_VALUE_LIMIT:
        raise ValueError(
            "a reference of %d characters, and the service takes %d" % (len(text), ENVIRONMENT_VALUE_LIMIT)
        )
    if not name.isprintable() or name != name.strip():
        raise ValueError("not the name of a secret after `%s:`" % kind)
    key = ""
    if kind in ("secretsmanager", "ssm"):
        name, hash_mark, key = name.partition("#")
        if hash_mark and not key:
            raise ValueError("no key after the `#`")
    if kind == "env" and not _VARIABLE.fullmatch(name):
        raise ValueError("not the name of a variable after `env:`")
    if kind == "keyring" and not all(name.rpartition("/")[::2]):
        raise ValueError("wants both after `keyring:`, SERVICE/USER")
    if not name:
        raise ValueError("nothing after `%s:`" % kind)
    return Reference(kind, name, key)
