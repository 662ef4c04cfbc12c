"""Three runtimes over one failing program, each as its image would start it, with a real ``/opt/ml``.

A mount namespace of its own gives each start a fresh ``/opt``; nothing of this machine's is touched.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.failing_programs import Failing
from tests.foreign import Foreign

from skylift_runtime.contract import failure_reason

RUNTIME = Path(__file__).parents[1] / "src" / "skylift_runtime"
PYTHON = "/opt/venv/bin/python"
JOB = "flight-delays-261124100000-abcd"
# What the PyTorch and TensorFlow images' own packages do around the toolkit, as far as one process goes.
FRAMEWORK = """
from sagemaker_training import entry_point, environment
def main():
    env = environment.Environment()
    entry_point.run(env.module_dir, env.user_entry_point, env.to_cmd_args(), env.to_env_vars(), capture_error=True)
"""
HOSTS = {
    "current_host": "algo-1",
    "current_instance_type": "ml.m5.large",
    "current_group_name": "homogeneousCluster",
    "hosts": ["algo-1"],
    "instance_groups": [
        {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.large", "hosts": ["algo-1"]}
    ],
    "network_interface_name": "eth0",
}
# The new /opt is put together elsewhere: what is bound into it may lie below the old one.
NAMESPACE = """
set -e
new=$1; shift
mount -t tmpfs none "$new"
mkdir "$new/ml" "$new/venv" "$new/skylift"
for place in ml venv skylift; do mount --bind "$1" "$new/$place"; shift; done
mount --rbind "$new" /opt
cd /
exec "$@"
"""


@dataclass(frozen=True)
class Told:
    """How a job ended and what was told of it."""

    code: int
    failure: str | None
    """The failure file; None when there is none."""

    @property
    def reason(self) -> str:
        """What the service would show."""
        return failure_reason(self.failure, self.code)


@dataclass(frozen=True)
class Way:
    """A runtime: how code is laid for it, and what an image of it starts."""

    name: str
    code: str
    """Where it expects the code, below ``/opt``."""
    command: Sequence[str]
    environ: Mapping[str, str]


SKYLIFT = Way(
    "Skylift", "skylift/code", [PYTHON, "/opt/skylift/runtime/skylift_runtime", "train"], {"SKYLIFT_PROJECT": ""}
)  # fmt: skip
FRAMEWORK_IMAGE = Way(
    "sagemaker-training in a framework image", "ml/code", [PYTHON, "/opt/venv/bin/train"],
    {"SAGEMAKER_TRAINING_MODULE": "framework:main", "PYTHONPATH": "/opt/skylift/framework"},
)  # fmt: skip
TOOLKIT = Way("sagemaker-training by itself", "ml/code", [PYTHON, "/opt/venv/bin/train"], {})
# The entry point that ModelTrainer puts into its request.
SDK_V3 = Way(
    "SDK v3", "ml/input/data/code",
    ["/bin/bash", "-c", "chmod +x /opt/ml/input/data/sm_drivers/sm_train.sh && /opt/ml/input/data/sm_drivers/sm_train.sh"], {},
)  # fmt: skip
WAYS = (SKYLIFT, FRAMEWORK_IMAGE, TOOLKIT, SDK_V3)


@dataclass(frozen=True)
class Ring:
    """Where they meet. Raises ``Unavailable`` when one of them cannot be had."""

    toolkit: Path
    drivers: Path
    scratch: Path

    @classmethod
    def open(cls, foreign: Foreign, scratch: Path) -> Ring:
        return cls(foreign.toolkit(), foreign.drivers(), scratch)

    def run(self, way: Way, program: Failing) -> Told:
        opt = self.scratch / "opt"
        shutil.rmtree(opt, ignore_errors=True)
        self._lay(opt, way, program)
        new = self.scratch / "new"
        new.mkdir(exist_ok=True)
        bound = [opt / "ml", self.toolkit, opt / "skylift"]
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        done = subprocess.run(
            ["unshare", "--mount", *as_root, "sh", "-c", NAMESPACE, "sh", str(new), *map(str, bound), *way.command],
            env=self._environ(way, program), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", check=False, timeout=120,
        )  # fmt: skip
        file = opt / "ml" / "output" / "failure"
        failure = file.read_text(encoding="utf-8", errors="replace") if file.exists() else None
        if failure is None and not done.returncode:
            raise SystemExit(f"{way.name}, {program.name}: it did not fail\n{done.stderr[-2000:]}")
        return Told(done.returncode, self._as_in_an_image(failure))

    def _environ(self, way: Way, program: Failing) -> dict[str, str]:
        environ = {
            "PATH": "/opt/venv/bin:/usr/bin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "TRAINING_JOB_NAME": JOB,
            "AWS_REGION": "eu-central-1", "SAGEMAKER_PROGRAM": program.program, "SM_STUDIO_LOCAL_MODE": "True",
        }  # fmt: skip
        return {name: value for name, value in {**environ, **way.environ}.items() if value}

    def _lay(self, opt: Path, way: Way, program: Failing) -> None:
        for folder in ("input/config", "input/data/train", "model", "output/data", "checkpoints", "code"):
            (opt / "ml" / folder).mkdir(parents=True)
        channels = {"train": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}}
        for name, content in (
            ("hyperparameters", {}),
            ("inputdataconfig", channels),
            ("resourceconfig", HOSTS),
        ):
            (opt / "ml" / "input" / "config" / f"{name}.json").write_text(json.dumps(content))
        (opt / "ml" / "input" / "data" / "train" / "x.csv").write_text("1,2")
        for path, text in sources(program).items():
            file = opt / way.code / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (opt / "skylift").mkdir(exist_ok=True)
        self._lay_runtimes(opt, way, program)

    def _lay_runtimes(self, opt: Path, way: Way, program: Failing) -> None:
        if way is SKYLIFT:
            shutil.copytree(RUNTIME, opt / "skylift" / "runtime" / "skylift_runtime")
            job = {"command": program.command} if program.command else {"entry_point": program.entry_point}
            (opt / "skylift" / "project.json").write_text(json.dumps({"schema": 1, "jobs": {"train": job}}))
        elif way is FRAMEWORK_IMAGE:
            (opt / "skylift" / "framework").mkdir()
            (opt / "skylift" / "framework" / "framework.py").write_text(FRAMEWORK)
        elif way is SDK_V3:
            self._lay_drivers(opt / "ml" / "input" / "data" / "sm_drivers", program)

    def _lay_drivers(self, folder: Path, program: Failing) -> None:
        """What ``ModelTrainer._prepare_train_script`` and its neighbours upload, from the package's own files."""
        shutil.copytree(self.drivers / "container_drivers", folder)
        templates = runpy.run_path(str(self.drivers / "templates.py"))
        script = templates["TRAIN_SCRIPT_TEMPLATE"].format(
            working_dir="cd /opt/ml/input/data/code \n",
            install_requirements="",
            execute_driver=templates["EXECUTE_BASIC_SCRIPT_DRIVER"],
        )
        (folder / "sm_train.sh").write_text(script)
        (folder / "sourcecode.json").write_text(json.dumps({"entry_script": program.program}))
        (folder / "distributed.json").write_text("{}")

    def _as_in_an_image(self, text: str | None) -> str | None:
        """An image has its Python in /usr/local; where this machine has it says nothing to anybody."""
        base = Path(os.path.realpath(self.toolkit / "bin" / "python")).parents[1]
        return None if text is None else text.replace(str(base), "/usr/local")


def sources(program: Failing) -> dict[str, str]:
    """The files of a program, the one that is started first."""
    files = {"train.py": program.source} if program.source else {}
    files.update(program.files)
    return dict(sorted(files.items(), key=lambda item: item[0] != program.program))


def python_version() -> str:
    return ".".join(map(str, sys.version_info[:3]))
