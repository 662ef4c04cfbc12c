"""Images as the engine of this machine knows them, while the API knows them by their names at ECR."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from skylift.emulator.engine import Engine, EngineRefused


class EngineImages:
    """Translates references of jobs, and lets the engine forget them at the end."""

    def __init__(self, ecr: str, registry: str, environment: Mapping[str, str]) -> None:
        """``ecr`` and ``registry`` are hosts: of references, and where the images really are."""
        self._ecr, self._registry = f"{ecr}/", f"{registry}/"
        self._engine = Engine("docker", environment)
        self._given: set[str] = set()

    def local(self, reference: str) -> str:
        """What to pull for a reference; those of other registries stay as they are."""
        if not reference.startswith(self._ecr):
            return reference
        found = self._registry + reference.removeprefix(self._ecr)
        self._given.add(found)
        return found

    def forget(self) -> None:
        """Take the names back: they lead to a registry that is about to be gone."""
        for reference in sorted(self._given):
            # It may never have been pulled.
            with suppress(EngineRefused):
                self._engine.run("image", "rm", reference)
