"""Check for secrets among the files that ship. Their names and lines are told, never what they say."""

from __future__ import annotations

import fnmatch
import itertools
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from skylift.project.checks.places import pattern_of
from skylift.project.checks.subject import Subject
from skylift.project.config.secret_values import PRIVATE_KEY, TOKENS
from skylift.project.files.ship import IGNORE_FILE
from skylift.values.finding import Finding, Line

_NAMES = (
    "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "credentials", "credentials.json", "service-account*.json",
    "service_account*.json", "client_secret*.json", "kaggle.json", ".netrc", "_netrc", ".pypirc", ".git-credentials", ".pgpass",
    ".htpasswd", "*.p12", "*.pfx", "*.keystore", "secrets.toml", "secrets.yaml", "secrets.yml", "secrets.json",
)  # fmt: skip
_MOST_BYTES = 512_000
"""Of one file; a key stands in a small one, or near the top."""
_MOST_LINES = 20
_MOST_IN_ALL = 64_000_000


def shipping_secrets(subject: Subject) -> Iterator[Finding]:
    """A file that ships with a key, a password or a token in it."""
    left = _MOST_IN_ALL
    for file in subject.files:
        if file.link:
            continue
        if _is_named_so(file.path):
            yield _of_file(file.path, "a file of this name holds secrets")
            continue
        data = _read(subject.root / file.path, min(_MOST_BYTES, left))
        left -= len(data)
        yield from _in_text(file.path, data)
        if left <= 0:
            return


def _is_named_so(path: str) -> bool:
    name = PurePosixPath(path).name.lower()
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _NAMES)


def _of_file(path: str, what: str) -> Finding:
    line = Line(IGNORE_FILE, pattern_of(path))
    remedy = f"add `{line.text}` to {IGNORE_FILE}; name what a job needs in [secrets]"
    return Finding("secret-ships", "error", path, f"it ships, and {what}", remedy, line)


def _in_text(path: str, data: bytes) -> Iterator[Finding]:
    if b"\0" in data[:1024]:
        return
    if PurePosixPath(path).suffix in (".pem", ".key", "") and PRIVATE_KEY.search(data):
        yield _of_file(path, "it is a private key")
        return
    kinds: dict[int, dict[str, None]] = {}
    for kind, pattern in TOKENS:
        for match in itertools.islice(pattern.finditer(data), _MOST_LINES):
            kinds.setdefault(data.count(b"\n", 0, match.start()) + 1, {})[kind] = None
    for number, found in sorted(kinds.items())[:_MOST_LINES]:
        what = f"it ships, and this line has what looks like {_listed(list(found))}"
        which = "them" if len(found) > 1 else "it"
        remedy = f"take {which} out, revoke {which}, and name {which} in [secrets]"
        yield Finding("secret-ships", "error", f"{path}:{number}", what, remedy)


def _listed(kinds: list[str]) -> str:
    """
    >>> _listed(["a"]), _listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(kinds[:-1]), kinds[-1]]) if len(kinds) > 1 else kinds[0]


def _read(path: Path, most: int) -> bytes:
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(most)
    except OSError:
        return b""
