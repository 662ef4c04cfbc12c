"""Jobs for tests that need none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class NoJobs:
    def create(self, request: Mapping[str, Any]) -> bool:
        return False

    def describe(self, name: str) -> Mapping[str, Any] | None:
        return None

    def stop(self, name: str) -> None:
        """There is nothing to stop."""
