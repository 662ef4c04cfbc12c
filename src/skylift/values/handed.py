"""What a job on this machine is handed besides its request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Handed:
    """What the runtime reads from its stdin. Shown by nobody, written nowhere."""

    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Values by the names of their variables."""
    aws: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Variables that the runtime asks AWS with, as whoever started the job; the user's process gets none."""

    @classmethod
    def read(cls, document: bytes) -> Handed:
        return cls(**json.loads(document)) if document else NOTHING

    def document(self) -> bytes:
        """As it goes through the pipes; empty when there is nothing to hand over."""
        if not self.secrets and not self.aws:
            return b""
        return json.dumps({"secrets": dict(self.secrets), "aws": dict(self.aws)}).encode()

    @property
    def needs_loopback(self) -> bool:
        """Whether the AWS that it leads to is on this machine only: a sandbox."""
        endpoints = [value for name, value in self.aws.items() if name.startswith("AWS_ENDPOINT_URL")]
        return any(urlsplit(endpoint).hostname in _LOOPBACK for endpoint in endpoints)


NOTHING = Handed()
