"""What is going to happen, as data: ``--dry-run`` prints it, executing it is the same code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skylift.values.references import ImageReference


@dataclass(frozen=True)
class PlannedLayer:
    """A layer that the image will have."""

    title: str
    key: str
    found: bool
    """The registry already has it."""
    size: int
    """Bytes: exact when found, else what its inputs weigh."""


@dataclass(frozen=True)
class ImagePlan:
    """Which image a run will use, and what must travel for it."""

    repository: str
    tags: tuple[str, ...]
    base: str
    layers: tuple[PlannedLayer, ...]

    @property
    def new_bytes(self) -> int:
        return sum(layer.size for layer in self.layers if not layer.found)


@dataclass(frozen=True)
class DataPlan:
    """A local folder that becomes a dataset version."""

    channel: str
    folder: Path
    version: str
    files: int
    bytes: int
    new_files: int
    new_bytes: int


@dataclass(frozen=True)
class Plan:
    """One run, before anything is created."""

    run: str
    target: str
    backend: str
    request: Mapping[str, Any]
    """The CreateTrainingJob request; image and data locations are final when they are already known."""
    image: ImagePlan | None = None
    data: tuple[DataPlan, ...] = ()
    notes: tuple[str, ...] = field(default=())
    command: str = ""
    """What the script is started with, folders as the contract has them."""
    filled: Mapping[str, str] = field(default_factory=dict)
    """What of that the config's ``[arguments]`` filled, with their templates."""


@dataclass(frozen=True)
class BuiltImage:
    """What ``build`` gives: the digest, and where it was pushed to."""

    digest: str
    reference: ImageReference | None
    tags: tuple[str, ...]
    layers: tuple[PlannedLayer, ...]
    bytes_sent: int
    seconds: float
