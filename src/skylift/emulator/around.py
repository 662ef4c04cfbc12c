"""What a container has around it that is its own, and goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from skylift.emulator import disks, networks, overlays
from skylift.emulator.engine import Engine


@dataclass(frozen=True)
class Around:
    network: str = ""
    """The one it is on; empty for the engine's default."""
    disk: str = ""
    """What holds its tree; empty where that is a folder of ours."""
    copies: tuple[str, ...] = ()
    """Volumes that are its channels."""

    def remove(self, engine: Engine) -> None:
        networks.remove(engine, self.network)
        disks.remove(engine, self.disk)
        overlays.remove(engine, self.copies)
