"""How the container is started.

The table of the developer guide ("How Amazon SageMaker runs your training image") and of
AlgorithmSpecification: only a request without both fields gets the argument ``train``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Start:
    """``entrypoint`` is None where the image's own is kept."""

    entrypoint: tuple[str, ...] | None
    arguments: tuple[str, ...]

    def command(self, image_entrypoint: Sequence[str]) -> tuple[str, ...]:
        """The whole command, for an image with that ENTRYPOINT.

        >>> Start(None, ("train",)).command(["python", "-m", "runtime"])
        ('python', '-m', 'runtime', 'train')
        """
        kept = tuple(image_entrypoint) if self.entrypoint is None else self.entrypoint
        return kept + self.arguments

    def docker_arguments(self, image: str) -> tuple[str, ...]:
        """What follows the options of ``docker create``.

        ``--entrypoint`` takes one word; the others go in front of the arguments.

        >>> Start(("bash", "-c"), ("true",)).docker_arguments("img")
        ('--entrypoint', 'bash', 'img', '-c', 'true')
        """
        if self.entrypoint is None:
            return (image, *self.arguments)
        first, *others = self.entrypoint
        return ("--entrypoint", first, image, *others, *self.arguments)


def start_of(request: Mapping[str, Any]) -> Start:
    """Read a request's entrypoint and arguments."""
    algorithm = request.get("AlgorithmSpecification", {})
    entrypoint = tuple(algorithm.get("ContainerEntrypoint") or ())
    arguments = tuple(algorithm.get("ContainerArguments") or ())
    if not entrypoint and not arguments:
        return Start(None, ("train",))
    return Start(entrypoint or None, arguments)
