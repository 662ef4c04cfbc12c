"""Secrets: references become values, in the user's process and nowhere else. Imported only by jobs that have any."""

from __future__ import annotations

import binascii
import json
import os
import re
from base64 import b64decode
from typing import Any, Callable, Dict, Iterable, List, Mapping, Tuple
from urllib.parse import quote, quote_plus, unquote, urlsplit

from skylift_runtime.aws import Aws, Refused
from skylift_runtime.contract import FAILURE_TEXT_LIMIT, HANDED_VARIABLE, SECRET_PREFIX
from skylift_runtime.environment import too_long
from skylift_runtime.failure import Unusable
from skylift_runtime.references import Reference, parse_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from skylift_runtime.signals import Pause

_STDIN = 0
_NOT_FOUND = ("ResourceNotFoundException", "ParameterNotFound", "ParameterVersionNotFound")
_ALLOWED = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameter"}
_SHORTEST_LINE = 8
"""Characters of a line of a secret, a key's say, that is blanked on its own."""


class _Missing(Exception):
    """One secret can not be had. ``str`` says why, and what to do."""


def resolve(environ: Mapping[str, str], pause: Pause) -> Tuple[Dict[str, str], Dict[str, str]]:
    """The environment without what is ours in it, and the secrets by the names of their variables.

    :raises Unusable: naming every secret that can not be had, and never a value.
    """
    named = {
        name[len(SECRET_PREFIX) :]: text for name, text in environ.items() if name.startswith(SECRET_PREFIX)
    }
    rest = {
        name: value
        for name, value in environ.items()
        if not name.startswith(SECRET_PREFIX) and name != HANDED_VARIABLE
    }
    handed = _handed(environ)
    source = _Source({**rest, **handed.get("aws", {})}, handed.get("secrets", {}), pause)
    found: Dict[str, str] = {}
    problems: List[str] = []
    for name, text in sorted(named.items()):
        problem = source.put(name, text, found)
        if problem:
            problems.append("secret %s (%s): %s" % (name, text, problem))
    if problems:
        raise Unusable("\n".join(problems)[:FAILURE_TEXT_LIMIT])
    return rest, found


def _handed(environ: Mapping[str, str]) -> Dict[str, Dict[str, str]]:
    """What the one who started the job wrote to our stdin."""
    if environ.get(HANDED_VARIABLE) != "stdin":
        return {}
    data = b""
    try:
        while True:
            piece = os.read(_STDIN, 1 << 16)
            if not piece:
                break
            data += piece
        found: Any = json.loads(data)
    except (OSError, ValueError):
        # Its text would hold what was read.
        raise Unusable("the secrets of the job were to come through its stdin, and did not") from None
    return found if isinstance(found, dict) else {}


class _Source:
    def __init__(self, environ: Mapping[str, str], handed: Mapping[str, str], pause: Pause) -> None:
        self._aws = Aws(environ, pause)
        self._handed = handed
        self._fetched: Dict[Reference, str] = {}

    def put(self, name: str, text: str, into: Dict[str, str]) -> str:
        """Put a secret among those that were found, or say why there is none."""
        try:
            into[name] = self._value(name, text)
        except (_Missing, Unusable) as problem:
            return str(problem)
        return ""

    def _value(self, name: str, text: str) -> str:
        try:
            reference = parse_reference(text)
        except ValueError as error:
            raise _Missing(str(error)) from error
        value = self._fetch(reference) if reference.is_remote else self._of_the_machine(name, reference)
        if "\0" in value or too_long({name: value}):
            raise _Missing("it can not be a variable: it is too long, or has a zero byte in it")
        return value

    def _of_the_machine(self, name: str, reference: Reference) -> str:
        if name not in self._handed:
            raise _Missing(
                "`%s:` is known only to the machine that starts the job, and nothing came from there"
                % reference.kind
            )
        return self._handed[name]

    def _fetch(self, reference: Reference) -> str:
        whole = reference._replace(key="")
        if whole not in self._fetched:
            try:
                self._fetched[whole] = _ask(self._aws, whole)
            except Refused as refused:
                raise _Missing(_explained(refused, reference)) from None
            except (KeyError, TypeError):
                raise _Missing("the answer has no value in it") from None
        return _picked(self._fetched[whole], reference.key) if reference.key else self._fetched[whole]


def _ask(aws: Aws, reference: Reference) -> str:
    region = _region_of(reference.name)
    if reference.kind == "ssm":
        asked = {"Name": reference.name, "WithDecryption": True}
        found = aws.call("ssm", "GetParameter", asked, region)
        return str(found["Parameter"]["Value"])
    found = aws.call("secretsmanager", "GetSecretValue", {"SecretId": reference.name}, region)
    if "SecretString" in found:
        return str(found["SecretString"])
    try:
        return b64decode(found["SecretBinary"]).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _Missing("it is binary, and a variable holds text") from None


def _region_of(name: str) -> str:
    """An ARN knows its region, and no other one knows the secret."""
    parts = name.split(":")
    return parts[3] if parts[0] == "arn" and len(parts) > 5 else ""


def _picked(value: str, key: str) -> str:
    try:
        found = json.loads(value)
    except ValueError:
        # Its text would hold the value.
        found = None
    if not isinstance(found, dict):
        raise _Missing("it is no JSON object that could have a key `%s`" % key)
    if key not in found:
        raise _Missing("it has no key `%s`, only %s" % (key, ", ".join(sorted(found)) or "none"))
    return found[key] if isinstance(found[key], str) else json.dumps(found[key])


def _explained(refused: Refused, reference: Reference) -> str:
    hint = ""
    if refused.code in _NOT_FOUND:
        hint = "there is none of that name in the region and account of the job"
    elif refused.code.startswith("AccessDenied"):
        hint = (
            "allow the job's role %s on it, and kms:Decrypt where it has a key of its own"
            % (_ALLOWED[reference.kind])
        )
    elif refused.code in ("DecryptionFailure", "InvalidKeyId"):
        hint = "allow the job's role kms:Decrypt with its key"
    elif refused.code in (
        "ExpiredTokenException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
    ):
        hint = "AWS does not take the job's credentials"
    return "%s; %s" % (refused, hint) if hint else str(refused)


def blanking(values: Mapping[str, str]) -> Callable[[str], str]:
    """Something that puts the name of a secret wherever a text has its value, however it is spelled there.

    >>> blanking({"KEY": "s3cret"})("401: s3cret is not known")
    '401: [KEY] is not known'
    """
    names: Dict[str, str] = {}
    for name, value in values.items():
        for spelled in _spellings(value):
            names.setdefault(spelled, name)
    if not names:
        return str
    # The longest first: one may be a part of another.
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(spelled) for spelled in longest))
    return lambda text: pattern.sub(lambda match: "[%s]" % names[match.group()], text)


def _spellings(value: str) -> Iterable[str]:
    """A value as it stands in texts: as it is, as Python and JSON write it, in URLs, line by line."""
    yield from filter(None, {value, value.strip()})
    yield from filter(None, {repr(value)[1:-1], ascii(value)[1:-1], json.dumps(value)[1:-1]})
    # Inside of a text that has both quotes, and of bytes.
    yield from filter(None, {repr("'\"" + value)[4:-1], repr(value.encode("utf-8", "replace"))[2:-1]})
    yield from filter(None, {quote(value, safe="", errors="replace"), quote_plus(value, errors="replace")})
    if "://" in value:
        # The password of an index or a database is a secret without the rest of the URL, too.
        yield from _passwords(value)
    for line in value.splitlines():
        if len(line.strip()) >= _SHORTEST_LINE:
            yield line.strip()


def _passwords(url: str) -> Iterable[str]:
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return
    yield from filter(None, {password, unquote(password)})
