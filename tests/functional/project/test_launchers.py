"""Programs that are started in several processes: with which command, and what of it is not the job's."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect

_TRAINS = "import sklearn\nif __name__ == '__main__':\n    m.fit(1)\n"
_ACCELERATE = ["accelerate", "launch", "--num_processes={gpus}"]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (
            "torchrun --standalone --nproc_per_node=4 train.py",
            ["torchrun", "--standalone", "--nproc-per-node={gpus}"],
        ),
        (
            "torchrun --nnodes=1 --rdzv_backend c10d --max-restarts 2 train.py",
            ["torchrun", "--standalone", "--nproc-per-node={gpus}", "--max-restarts", "2"],
        ),
        (
            "accelerate launch --config_file acc.yaml --multi_gpu train.py",
            [*_ACCELERATE, "--config_file", "acc.yaml"],
        ),
        ("accelerate launch --mixed_precision=bf16 train.py", [*_ACCELERATE, "--mixed_precision=bf16"]),
        (
            "deepspeed --include localhost:0,1 --bind_cores_to_rank train.py",
            ["deepspeed", "--num_gpus={gpus}", "--bind_cores_to_rank"],
        ),
        (
            "mpirun -np 4 -H a:4 -x NCCL_DEBUG=INFO -mca pml ob1 python train.py",
            ["mpirun", "-np", "{gpus}", "-x", "NCCL_DEBUG=INFO", "-mca", "pml", "ob1", "python"],
        ),
        ("horovodrun -np 8 -H a:4,b:4 python train.py", ["horovodrun", "-np", "{gpus}", "python"]),
    ],
)
def test_what_is_not_of_one_machine_is_carried(project: Folder, line: str, command: list[str]) -> None:
    project.write_all({"train.py": _TRAINS, "acc.yaml": "", "README.md": f"```\n{line}\n```\n"})
    assert detect(project.root).config["command"] == [*command, "train.py"]


def test_the_number_of_processes_is_told(project: Folder) -> None:
    project.write_all({"train.py": _TRAINS, "README.md": "```\ntorchrun --nproc_per_node 4 train.py\n```\n"})
    (row,) = (row for row in detect(project.root).understood if row.topic == "command")
    assert "4 processes there, in a job one for each GPU" in row.why


@pytest.mark.parametrize(
    "option", ["--config_file /home/me/acc.yaml", "--config_file acc.yaml", "--mixed_precision $P"]
)
def test_an_option_that_no_job_can_have_is_told(project: Folder, option: str) -> None:
    project.write_all({"train.py": _TRAINS, "README.md": f"```\naccelerate launch {option} train.py\n```\n"})
    found = detect(project.root)
    assert found.config["command"] == [*_ACCELERATE, "train.py"]
    assert f"accelerate has {option} there, which no job has" in found.left_to_you


def test_what_demands_a_rank_is_never_started_plainly(project: Folder) -> None:
    project.write_all(
        {
            "main.py": "from trainer import Trainer\nif __name__ == '__main__':\n    Trainer().fit(1)\n",
            "trainer.py": "import os\nclass Trainer:\n    def __init__(self):\n        self.rank = os.environ['RANK']\n",
            "README.md": "```\npython main.py\n```\n",
        }
    )
    found = detect(project.root)
    assert found.config["command"] == ["torchrun", "--standalone", "--nproc-per-node={gpus}", "main.py"]
    (row,) = (row for row in found.understood if row.topic == "command")
    assert "trainer.py:4 demands a launcher's RANK" in row.why
