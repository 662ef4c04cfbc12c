"""The arguments of one call of SageMaker's SDK, each taken out as it is used: what remains is told."""

from __future__ import annotations

from typing import Any

from skylift.project.init.evidence.submitting import Made
from skylift.project.source.symbolic.values import is_plain

UNKNOWN = object()
_BEFORE = {
    "train_instance_type": "instance_type",
    "train_instance_count": "instance_count",
    "train_volume_size": "volume_size",
    "train_volume_kms_key": "volume_kms_key",
    "train_max_run": "max_run",
    "train_max_wait": "max_wait",
    "train_use_spot_instances": "use_spot_instances",
    "image_name": "image_uri",
    "distributions": "distribution",
}
"""Names of v1."""
_SILENT = frozenset({"sagemaker_session", "session", "base_job_name", "base_name", "container_log_level"})
"""Of these nothing is missed here: a job's name and its session are Skylift's own."""


class Said:
    """What a call was given, by name."""

    def __init__(self, made: Made | None) -> None:
        given = made.said if made is not None else {}
        self.left = {_BEFORE.get(name, name): value for name, value in given.items()}
        self.open = made is not None and made.given.open
        self.known: dict[str, Any] = {name: value for name, value in self.left.items() if is_plain(value)}
        self.dim: list[str] = []
        self.notes: list[str] = []

    def has(self, name: str) -> bool:
        """Whether it was given, known or not."""
        return name in self.left

    def take(self, name: str) -> Any:
        """A value, whose insides may be unknown; ``UNKNOWN`` where it is not there or not known at all."""
        if name not in self.left:
            return UNKNOWN
        value = self.left.pop(name)
        if is_plain(value) or isinstance(value, dict | list | tuple | Made):
            return UNKNOWN if value is None else value
        self.dim.append(name)
        return UNKNOWN

    def inner(self, name: str) -> Said:
        """The arguments of the object that is handed over as ``name``."""
        value = self.left.get(name)
        if isinstance(value, Made):
            del self.left[name]
            return Said(value)
        return Said(None)

    def take_over(self, inner: Said, name: str) -> None:
        """What nobody asked an inner object for is left over here."""
        self.left |= {f"{name}.{key}": value for key, value in inner.left.items()}
        self.dim += [f"{name}.{key}" for key in inner.dim]
        self.open = self.open or inner.open

    def unfold(self, name: str) -> None:
        """The arguments of an inner object count as arguments of the whole."""
        inner = self.inner(name)
        self.left |= inner.left
        self.known |= inner.known
        self.open = self.open or inner.open

    def tell_the_rest(self) -> None:
        """What was not taken is said."""
        rest = [
            name
            for name, value in self.left.items()
            if name not in _SILENT and value is not None and value is not False
        ]
        if rest:
            self.notes.append(f"not taken over: {', '.join(rest)}")
        if self.dim:
            self.notes.append(f"only known when it runs: {', '.join(sorted(set(self.dim)))}")
        if self.open:
            self.notes.append("it is given more by `**`, which is only known when it runs")
