"""What an image of the project's own has besides Python packages: told, since no lock can have it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.pip_commands import docker_files

_APT = re.compile(
    r"\b(?:apt-get|apt|apk|yum|dnf|microdnf)\s+(?:-\S+\s+)*(?:install|add)\s+(?P<rest>[^\n;&|]*)"
)
_ENV = re.compile(r"^[ \t]*ENV[ \t]+(?P<rest>\S[^\n]*)", re.MULTILINE | re.IGNORECASE)
_PAIR = re.compile(r"([A-Za-z_]\w*)=")
_OF_EVERY_IMAGE = re.compile(r"PYTHON\w*|PIP_\w+|PATH|DEBIAN_FRONTEND|LANG|LC_ALL|TZ|HOME|UV_\w+|POETRY_\w+")
_TOOLS = frozenset(
    {
        "git",
        "curl",
        "wget",
        "ca-certificates",
        "build-essential",
        "gcc",
        "g++",
        "make",
        "python3",
        "python3-pip",
    }
)
"""What builds an image, and no program of it needs."""
_MOST, _SHOWN = 100_000, 8


def image_notes(listing: Listing) -> Iterator[str]:
    """A line for the packages of the system, and one for the variables, of each Dockerfile."""
    for name in docker_files(listing)[:3]:
        text = re.sub(r"\\[ \t]*\n", " ", listing.text(name, _MOST))
        packages = [word for match in _APT.finditer(text) for word in match["rest"].split()]
        kept = [word.partition("=")[0] for word in packages if re.fullmatch(r"[a-z0-9][\w.+-]*(=\S*)?", word)]
        kept = [word for word in dict.fromkeys(kept) if word not in _TOOLS]
        if kept:
            yield f"{name} installs {_some(kept)}: an image needs a base that has them, [image] base"
        variables = [key for match in _ENV.finditer(text) for key in _names(match["rest"])]
        variables = [key for key in dict.fromkeys(variables) if not _OF_EVERY_IMAGE.fullmatch(key)]
        if variables:
            yield f"{name} sets {_some(variables)}: [image] environment, or [secrets]"


def _names(rest: str) -> list[str]:
    """``A=1 B=2``, and the old form ``A 1``. Values may be secret: only the names are told."""
    if "=" in rest.split(maxsplit=1)[0]:
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", rest)
        return [match[1] for word in bare.split() if (match := _PAIR.match(word))]
    return [rest.split(maxsplit=1)[0]]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
