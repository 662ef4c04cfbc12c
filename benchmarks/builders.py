"""Two ways from a project to an image in a registry, each with a way to forget all that it remembers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.measure import timed

DOCKERFILE = """\
FROM {base}
COPY .pip/ /tmp/pip/
RUN python3 -m venv --without-pip /opt/venv
COPY requirements.txt /tmp/
RUN PYTHONPATH=/tmp/pip/{pip} /opt/venv/bin/python -m pip install \
    --no-cache-dir --quiet --index-url {index} -r /tmp/requirements.txt
COPY flight_delays /opt/ml/code/flight_delays
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/opt/ml/code
"""


@dataclass(frozen=True)
class Site:
    """Where both build: the same base, registry and index of packages."""

    registry: str
    base: str
    index: str
    environment: Mapping[str, str]


class Builder(Protocol):
    name: str

    def build_and_push(self, project: Path) -> float:
        """Wall seconds from the project to the image in the registry."""

    def forget(self) -> None:
        """Become a machine that has never built this: what a CI job starts on."""


class Skylift:
    name = "skylift"

    def __init__(self, site: Site, scratch: Path) -> None:
        self._cache = scratch / "cache"
        self._environment = {
            **site.environment,
            "SKYLIFT_CACHE_DIR": str(self._cache),
            "SKYLIFT_IMAGE_BASE": site.base,
            "SKYLIFT_IMAGE_REPOSITORY": f"{site.registry}/ours",
            "UV_DEFAULT_INDEX": site.index,
        }
        self._program = str(Path(sys.executable).with_name("skylift"))

    def lock(self, project: Path) -> None:
        """Write the lock, which a project has committed; as Docker's side has its requirements."""
        timed([self._program, "lock"], env=self._environment, cwd=project)

    def build_and_push(self, project: Path) -> float:
        return timed([self._program, "build", "--push", "--json"], env=self._environment, cwd=project)

    def forget(self) -> None:
        shutil.rmtree(self._cache, ignore_errors=True)


class Docker:
    """``docker build`` with pip, by the builder that every engine has, told to take layers from the last image."""

    name = "docker build + pip"

    def __init__(self, site: Site, pip_wheel: Path) -> None:
        self._site, self._pip = site, pip_wheel
        self._environment = {**site.environment, "DOCKER_BUILDKIT": "0"}
        self._tag = f"{site.registry}/theirs:latest"
        self._fresh = True

    def build_and_push(self, project: Path) -> float:
        self._write_dockerfile(project)
        pulled = self._pull_last_image() if self._fresh else 0.0
        cached = ["--cache-from", self._tag] if pulled else []
        build = ["docker", "build", "--network", "host", *cached, "--tag", self._tag, "."]
        built = timed(build, env=self._environment, cwd=project)
        self._fresh = False
        return pulled + built + timed(["docker", "push", "--quiet", self._tag], env=self._environment)

    def forget(self) -> None:
        # Only what the benchmark made: the engine may be somebody's.
        for image in (self._tag, self._site.base):
            self._docker("image", "rm", "--force", image)
        self._docker("image", "prune", "--force", "--filter", f"label=bench={self._site.registry}")
        self._fresh = True

    def _pull_last_image(self) -> float:
        if not self._docker("manifest", "inspect", "--insecure", self._tag):
            return 0.0
        return timed(["docker", "pull", "--quiet", self._tag], env=self._environment)

    def _docker(self, *arguments: str) -> bool:
        done = subprocess.run(
            ["docker", *arguments], env=dict(self._environment), capture_output=True, check=False
        )
        return done.returncode == 0

    def _write_dockerfile(self, project: Path) -> None:
        (project / ".pip").mkdir(exist_ok=True)
        shutil.copy2(self._pip, project / ".pip")
        text = DOCKERFILE.format(base=self._site.base, pip=self._pip.name, index=self._site.index)
        (project / "Dockerfile").write_text(f"{text}LABEL bench={self._site.registry}\n")
        (project / ".dockerignore").write_text(".git\n.skylift\ndata\n")
