"""``pip install …`` where it is written for people or for Docker: in a README, a Dockerfile, a notebook."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from skylift.project.init.needs.declared import Declared, valid
from skylift.project.init.needs.listing import Listing

_COMMAND = re.compile(
    r"(?:(?:python[\d.]*\s+-m\s+)?pip[\d.]*|uv\s+pip|%pip|!pip)(?:\s+-[\w=-]+)*\s+install\s+(?P<rest>(?:(?!&&|\|\||;)[^\n])*)"
)
_CONDA = re.compile(r"(?:conda|mamba|micromamba)\s+install\s+(?P<rest>[^\n]*)")
_FENCE = re.compile(
    r"^(?:```|~~~)[^\n]*\n(.*?)^(?:```|~~~)|^((?:(?: {4}|\t)[^\n]*\n?)+)|`([^`\n]+)`",
    re.MULTILINE | re.DOTALL,
)
_WITH_VALUE = frozenset(
    {"-r", "-c", "-i", "-f", "-t", "-e", "--requirement", "--constraint", "--index-url", "--extra-index-url"}
    | {
        "--find-links",
        "--target",
        "--editable",
        "--trusted-host",
        "--python",
        "--timeout",
        "--prefix",
        "--root",
    }
    | {
        "--index",
        "--default-index",
        "--no-binary",
        "--only-binary",
        "--platform",
        "--python-version",
        "--abi",
    }
    | {"--implementation", "--progress-bar", "--retries", "--cache-dir", "--log", "--proxy"}
)
_ENDS = re.compile(r"\s(?:&&|\|\||;|\||>|#)(?:\s|$)|[;)]$")
_ABOUT_PIP = frozenset(
    {"pip", "setuptools", "wheel", "uv", "pipenv", "poetry", "pip-tools", "virtualenv", "conda"}
)
_MOST = 100_000
_MOST_WORDS = 300
_IMAGE = re.compile(r"^\s*FROM\s+(?P<image>\S+)", re.MULTILINE | re.IGNORECASE)


def docker_files(listing: Listing) -> list[str]:
    return listing.matching(r"(.*\.)?(dockerfile|containerfile)([.-].*)?")


def base_images(text: str) -> list[str]:
    """The images that a Dockerfile begins with."""
    return [match["image"] for match in _IMAGE.finditer(text)]


def docker_needs(listing: Listing) -> Iterator[Declared]:
    """What each Dockerfile installs."""
    for name in docker_files(listing):
        found = list(commands(listing.text(name, _MOST).replace("\\\n", " ")))
        if found:
            yield Declared(f"{name}, RUN pip install", tuple(dict.fromkeys(found)), sure=False)


def readme_needs(listing: Listing) -> Iterator[Declared]:
    """What the READMEs tell people to type, as far as it stands in code."""
    for name in listing.matching(r"(readme|install|installation)(\.(md|rst|txt))?"):
        text = listing.text(name, _MOST).replace("\\\n", " ")
        blocks = [next(filter(None, match.groups()), "") for match in _FENCE.finditer(text)]
        lines = [line for block in blocks for line in commands(block)]
        lines += [line for block in blocks for line in _conda(block)]
        if lines:
            yield Declared(f"{name}, a command in it", tuple(dict.fromkeys(lines)), sure=False)


def requirement_files(listing: Listing) -> Iterator[str]:
    """The files that Dockerfiles install by ``-r``, as they lie in the project."""
    for name in docker_files(listing):
        for match in re.finditer(r"-r\s+([\w./-]+\.txt)", listing.text(name, _MOST)):
            wanted = match[1].rpartition("/")[2]
            folder = name.rpartition("/")[0]
            near = [f"{folder}/{wanted}".lstrip("/"), wanted, match[1].lstrip("./")]
            yield from (path for path in dict.fromkeys(near) if listing.has(path))


def tested_files(listing: Listing) -> Iterator[str]:
    """The files that CI installs by ``-r``."""
    for name in listing.files:
        if name.startswith((".github/workflows/", ".circleci/")) or name == ".gitlab-ci.yml":
            for match in re.finditer(
                r"pip\S* install\s[^\n]*?-r\s+([\w./-]+\.txt)", listing.text(name, _MOST)
            ):
                if listing.has(match[1]):
                    yield match[1].removeprefix("./")


def commands(text: str) -> Iterator[str]:
    """The packages that the ``pip install`` commands of a text name; options, files and folders are none."""
    for match in _COMMAND.finditer(text):
        yield from _packages(match["rest"])


def _conda(text: str) -> Iterator[str]:
    for match in _CONDA.finditer(text):
        # A conda version is none of PEP 440, and the README's is a guess anyway: only the names count.
        for line in _packages(re.sub(r"(?<=[\w-])[=<>][^\s'\"]*", "", match["rest"])):
            yield {"pytorch": "torch"}.get(line, line)


def _packages(text: str) -> Iterator[str]:
    words = iter(_words(_ENDS.split(text)[0])[:_MOST_WORDS])
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-") and re.match(r"[A-Za-z0-9]", word) and not _is_file(word):
            # A build like `+cu111` comes from an index of its own; here it is a command for another machine.
            line = valid(re.sub(r"(?<=[\w.])\+(cu\d+|cpu|rocm[\d.]+)\b", "", word))
            if line and line not in _ABOUT_PIP:
                yield line


def _is_file(word: str) -> bool:
    return "/" in word or word.endswith((".whl", ".txt", ".gz")) or "<" in word[:1]


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.replace('"', " ").replace("'", " ").split()
