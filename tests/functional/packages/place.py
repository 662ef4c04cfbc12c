"""A project's folder to lock by the real uv, from wheels that lie beside it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.functional.packages.tiny_wheels import alone_with, make_wheel

from skylift.packages.lock import LOCK_NAME, lock_project
from skylift.values.packages import Asked, Lock
from skylift.values.progress import Progress

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


@dataclass
class Place:
    """A project folder, the wheels there are, and what was reported."""

    root: Path
    wheels: Path
    environment: Mapping[str, str]
    said: list[Progress] = field(default_factory=list)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def lock(self, *requirements: str, **options: Any) -> Lock:
        keys = {name: options.pop(name) for name in ("dependencies", "extras", "groups") if name in options}
        return lock_project(
            self.root,
            Asked(options.pop("python", PYTHON), requirements, **keys),
            environment={**self.environment, **options.pop("environment", {})},
            report=self.said.append,
            **options,
        )

    @property
    def path(self) -> Path:
        return self.root / LOCK_NAME

    @property
    def text(self) -> str:
        return self.path.read_text()


def versions(lock: Lock) -> dict[str, str]:
    packages = lock.data["packages"]
    assert isinstance(packages, list)
    return {package["name"]: package["version"] for package in packages}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    wheels = tmp_path / "wheels"
    make_wheel(wheels, "alpha", "1.0", requires=["beta>=1"])
    make_wheel(wheels, "beta", "1.0")
    make_wheel(wheels, "gamma", "2.0")
    make_wheel(wheels, "delta", "1.0")
    root = tmp_path / "a project, it's ünusual"
    root.mkdir()
    return Place(root, wheels, alone_with(wheels, tmp_path))
