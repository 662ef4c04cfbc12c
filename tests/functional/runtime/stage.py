"""A job's tree with a project beside it, and interpreters to start the runtime with."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skylift_runtime.contract import RUNTIME_START

PACKAGE = Path(__file__).parents[3] / "src" / "skylift_runtime"


@functools.cache
def interpreters() -> dict[str, str]:
    """Every Python from 3.8 on that is here and runs, by its version; the one that runs the tests first."""
    found: dict[str, str] = {}
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    # pyenv's own `python3.8` on PATH answers only for the versions that are switched on.
    kept = sorted(str(path) for path in versions.glob("3.*/bin/python"))
    for name in [sys.executable, *(f"python3.{minor}" for minor in range(8, 15)), *kept]:
        path = shutil.which(name)
        if path is None:
            continue
        asked = subprocess.run(
            [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        version = asked.stdout.strip()
        if asked.returncode == 0 and tuple(map(int, version.split("."))) >= (3, 8):
            found.setdefault(version, path)
    return found


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str
    failure: str
    """What the failure file holds; empty when there is none."""


@dataclass
class Stage:
    """Everything around one start of the runtime."""

    root: Path
    runtime: Path
    """The package or the archive, as it lies in an image."""
    python: str = sys.executable
    job: dict[str, Any] = field(default_factory=dict)
    python_path: list[str] = field(default_factory=list)
    hyperparameters: dict[str, str] = field(default_factory=dict)
    channels: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Any] | None = None

    @property
    def ml(self) -> Path:
        return self.root / "ml"

    @property
    def project(self) -> Path:
        return self.root / "skylift"

    @property
    def model(self) -> Path:
        return self.ml / "model"

    @property
    def work(self) -> Path:
        return self.ml / "code"

    def ship(self, path: str, text: str, *, mode: int = 0o644) -> Path:
        """Put a file among those that ship."""
        file = self.project / "code" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        file.chmod(mode)
        return file

    def script(self, text: str) -> None:
        """Make this the entry point ``train.py``."""
        self.ship("train.py", text)
        self.job.setdefault("entry_point", "train.py")

    def channel(self, name: str, files: dict[str, str], **config: str) -> Path:
        """A channel with plain files in it."""
        folder = self.ml / "input" / "data" / name
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        self.channels[name] = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", **config}
        return folder

    def indexed_channel(self, name: str, files: dict[str, tuple[str, bool]], **config: str) -> Path:
        """A channel as it comes from a dataset: objects by content, and an index in the reserved channel."""
        index = []
        for path, (text, executable) in files.items():
            data = text.encode()
            digest = hashlib.sha256(data).hexdigest()
            self.channel(name, {digest: text}, **config)
            index.append({"path": path, "sha256": digest, "size": len(data), "executable": executable})
        reserved = self.channel("skylift", {}) / "indexes.json"
        known = json.loads(reserved.read_text()) if reserved.exists() else {}
        reserved.write_text(json.dumps({**known, name: index}))
        return self.ml / "input" / "data" / name

    def write(self) -> None:
        config = self.ml / "input" / "config"
        for folder in (config, self.ml / "input" / "data", self.model, self.ml / "output" / "data"):
            folder.mkdir(parents=True, exist_ok=True)
        (config / "hyperparameters.json").write_text(json.dumps(self.hyperparameters))
        (config / "inputdataconfig.json").write_text(json.dumps(self.channels))
        if self.resources is not None:
            (config / "resourceconfig.json").write_text(json.dumps(self.resources))
        code = self.project / "code"
        code.mkdir(parents=True, exist_ok=True)
        description = {
            "schema": 1,
            "name": "project",
            "files": sorted(str(path.relative_to(code)) for path in code.rglob("*") if path.is_file()),
            "python_path": self.python_path,
            "jobs": {"train": {"entry_point": None, "command": [], **self.job}},
        }
        (self.project / "project.json").write_text(json.dumps(description))

    def environ(self, **more: str) -> dict[str, str]:
        here = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        said = {"SAGEMAKER_BASE_DIR": str(self.ml), "SKYLIFT_PROJECT": str(self.project)}
        # Nobody is called algo-2 here, and nobody waits for it.
        said["SM_STUDIO_LOCAL_MODE"] = "true"
        return {**here, **said, "TRAINING_JOB_NAME": "project-run", "AWS_REGION": "eu-central-1", **more}

    def command(self) -> list[str]:
        """As an image of ours starts it; the archive as its docs say."""
        *options, start = RUNTIME_START
        if self.runtime.is_file():
            return [self.python, str(self.runtime), "train"]
        return [self.python, *options, str(self.runtime.parent / start), "train"]

    def start(self, **more: str) -> subprocess.Popen[str]:
        self.write()
        return subprocess.Popen(
            self.command(),
            env=self.environ(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.root,
        )

    def finish(self, process: subprocess.Popen[str]) -> Result:
        out, err = process.communicate(timeout=60)
        return Result(process.returncode, out, err, self.failure())

    def run(self, **more: str) -> Result:
        return self.finish(self.start(**more))

    def failure(self) -> str:
        file = self.ml / "output" / "failure"
        return file.read_text(encoding="utf-8") if file.exists() else ""
