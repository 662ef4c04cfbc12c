"""Programs of others that we work with or are judged by: the official toolkit, SDK v3's drivers, torchrun, Jupyter.

Each comes from PyPI into the tests' cache, once for a version and an interpreter, where that is allowed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.base_image import Unavailable
from tests.services import Machine

TOOLKIT_VERSION = "5.1.4"
DRIVERS_VERSION = "1.27.0"
TORCH_VERSION = "2.13.0"

# It imports pkg_resources, which newer setuptools no longer has.
_TOOLKIT = (f"sagemaker-training=={TOOLKIT_VERSION}", "setuptools<81", "wheel")
_DRIVERS = f"sagemaker-train=={DRIVERS_VERSION}"
_TORCH = (f"torch=={TORCH_VERSION}", "numpy")
_BACKENDS = ("setuptools==83.0.0", "hatchling==1.27.0", "editables==0.6")
NOTEBOOKS = ("nbconvert==7.17.2", "ipykernel==7.4.0")
_TIMEOUT_S = 900


@dataclass(frozen=True)
class Foreign:
    """What others have written, in the cache of a machine.

    All raise ``Unavailable`` where it is not here and may not or can not be had.
    """

    machine: Machine
    python: str
    """The interpreter that environments are made with."""

    def toolkit(self) -> Path:
        """An environment with ``sagemaker-training``; its ``bin/train`` is what an image's entry point calls."""
        return self._environment("sagemaker-training", _TOOLKIT)

    def torch(self) -> Path:
        """An environment with ``torchrun``."""
        return self._environment("torch", _TORCH)

    def notebooks(self) -> Path:
        """An interpreter with nbconvert and ipykernel."""
        return self._environment("notebooks", NOTEBOOKS) / "bin" / "python"

    def backends(self) -> Path:
        """The packages of build backends, and pip, that an environment can borrow."""
        return next(self._environment("backends", _BACKENDS).glob("lib/python*/site-packages"))

    def drivers(self) -> Path:
        """The package ``sagemaker.train`` of SDK v3. It is read, never imported: what it needs is not there."""
        environment = self._environment("sagemaker-train", ("--no-deps", _DRIVERS))
        return next(environment.glob("lib/python*/site-packages/sagemaker/train"))

    def _environment(self, name: str, requirements: Sequence[str]) -> Path:
        # What the tests run in is often an environment itself, one a checkout.
        python = os.path.realpath(self.python)
        key = hashlib.sha256("\n".join([python, *requirements]).encode()).hexdigest()[:12]
        folder = self.machine.cache / f"{name}-{key}"
        with self._made_once(folder, name) as wanted:
            if wanted:
                self._run([python, "-m", "venv", str(folder)])
                # pip and not uv: it heeds the machine's own settings, which may name a nearer index.
                pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
                self._run([*pip, "install", *requirements])
        return folder

    @contextlib.contextmanager
    def _made_once(self, folder: Path, name: str) -> Iterator[bool]:
        """Whether the folder has to be made. A mark in it, written last, says that it was made whole."""
        mark = folder / ".ready"
        if mark.exists():
            yield False
            return
        if not self.machine.may_download:
            raise Unavailable(
                f"`{name}` is not in the tests' cache (SKYLIFT_TEST_INSTALL=1 lets it be fetched from PyPI)"
            )
        self.machine.cache.mkdir(parents=True, exist_ok=True)
        with (self.machine.cache / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if mark.exists():
                yield False
                return
            shutil.rmtree(folder, ignore_errors=True)
            yield True
            mark.touch()

    def _run(self, command: Sequence[str]) -> None:
        environment = {**self.machine.environment, "PYTHONSAFEPATH": "1"}
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            list(command), env=environment, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
        )
        if done.returncode != 0:
            said = done.stderr.strip()[-500:]
            raise Unavailable(f"`{Path(command[0]).name} {' '.join(command[1:4])}` failed: {said}")
