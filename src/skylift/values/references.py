"""Names of things elsewhere: digests, image references, S3 locations, run names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from skylift.errors import UsageError
from skylift_runtime.contract import JOB_NAME_LIMIT

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DEFAULT_HOST = "docker.io"
_ALL_LETTERS = 26**4


def is_digest(text: str) -> bool:
    return _DIGEST.fullmatch(text) is not None


def sha256_digest(data: bytes) -> str:
    """The digest of bytes in the form of the OCI image spec.

    >>> sha256_digest(b"")[:20]
    'sha256:e3b0c44298fc1'
    """
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Repository:
    """A repository on a registry: ``host[:port]`` and a path."""

    host: str
    path: str

    def __str__(self) -> str:
        return f"{self.host}/{self.path}"

    def tag(self, tag: str) -> ImageReference:
        return ImageReference(self, tag=tag)

    def at(self, digest: str) -> ImageReference:
        return ImageReference(self, digest=digest)


@dataclass(frozen=True)
class ImageReference:
    """``host/path[:tag][@digest]``, parsed as the docker reference grammar has it."""

    repository: Repository
    tag: str | None = None
    digest: str | None = None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"

    @property
    def wire(self) -> str:
        """What stands in a manifest URL: the digest where there is one, else the tag."""
        return self.digest or self.tag or "latest"


_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


def parse_image(text: str) -> ImageReference:
    """Read an image reference as ``docker pull`` would.

    :raises UsageError: when it is none.

    >>> str(parse_image("python:3.11-slim"))
    'docker.io/library/python:3.11-slim'
    >>> parse_image("localhost:5000/a/b").repository
    Repository(host='localhost:5000', path='a/b')
    """
    rest, _, digest = text.partition("@")
    first, slash, remainder = rest.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        host, path = first, remainder
    else:
        host, path = _DEFAULT_HOST, rest
    path, _, tag = path.partition(":")
    if host == _DEFAULT_HOST and "/" not in path:
        path = f"library/{path}"
    well_formed = (
        _PATH.fullmatch(path) and (not tag or _TAG.fullmatch(tag)) and (not digest or is_digest(digest))
    )
    if not well_formed:
        raise UsageError(
            f"not an image reference: {text!r}",
            hints=("write it as host/path:tag, lower case, as `docker pull` takes it",),
        )
    return ImageReference(Repository(host, path), tag or None, digest or None)


def parse_repository(text: str) -> Repository:
    """Read a repository without tag or digest.

    :raises UsageError: when there is one, or the text is no reference.
    """
    reference = parse_image(text)
    if reference.tag or reference.digest:
        raise UsageError(
            f"a repository, not an image, is wanted: {text!r}",
            hints=("leave the tag out; Skylift makes its own",),
        )
    return reference.repository


@dataclass(frozen=True, order=True)
class S3Url:
    """``s3://bucket/key``; the key may be empty or a prefix."""

    bucket: str
    key: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def join(self, *parts: str) -> S3Url:
        """Append path segments with single slashes between them.

        >>> str(S3Url("b", "p/").join("a", "b"))
        's3://b/p/a/b'
        """
        segments = [self.key.rstrip("/"), *(part.strip("/") for part in parts)]
        return S3Url(self.bucket, "/".join(segment for segment in segments if segment))

    @property
    def folder(self) -> S3Url:
        """The same with one trailing slash: S3 prefixes are strings, ``train`` also matches ``train2``."""
        return S3Url(self.bucket, self.key.rstrip("/") + "/" if self.key.strip("/") else "")


def parse_s3(text: str) -> S3Url:
    """Read an S3 location.

    :raises UsageError: when it does not begin with ``s3://`` and a bucket.
    """
    scheme, _, rest = text.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise UsageError(f"not an S3 location: {text!r}", hints=("write it as s3://bucket/prefix",))
    return S3Url(bucket, key)


def slug(text: str, *, limit: int, allowed: str = "a-zA-Z0-9") -> str:
    """Letters and digits of ``text``, everything else as single dashes.

    >>> slug("feature/x_1", limit=40)
    'feature-x-1'
    """
    dashed = re.sub(f"[^{allowed}]+", "-", text)
    return re.sub(r"-{2,}", "-", dashed).strip("-")[:limit].strip("-")


def letters_after(before: str, below: Callable[[int], int]) -> str:
    """The four letters of a run's name, by chance, but greater than those of one that was begun in the same second.

    :param below: gives a number from 0 to below its argument.

    >>> letters_after("", lambda most: 0), letters_after("aaaz", lambda most: 0), letters_after("zzzz", lambda most: 1)
    ('aaaa', 'aaba', 'aaab')
    """
    first = 0
    if re.fullmatch("[a-z]{4}", before):
        first = sum((ord(letter) - ord("a")) * 26**place for place, letter in enumerate(reversed(before))) + 1
    # Not all that is left at once: others may begin in this second, too.
    most = min(_ALL_LETTERS - first, max(_ALL_LETTERS // 64, 1)) if first else _ALL_LETTERS
    number = first + below(most) if most > 0 else below(_ALL_LETTERS)
    return "".join(chr(ord("a") + number // 26**place % 26) for place in (3, 2, 1, 0))


def run_name(project: str, now: datetime, letters: str) -> str:
    """``<project>-<yymmddHHMMSS>-<letters>``: a valid TrainingJobName, at most 63 characters.

    >>> run_name("flight_delays", datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "abcd")
    'flight-delays-260102030405-abcd'
    """
    tail = f"-{now.astimezone(timezone.utc):%y%m%d%H%M%S}-{letters}"
    return (slug(project, limit=JOB_NAME_LIMIT - len(tail)) or "run") + tail
