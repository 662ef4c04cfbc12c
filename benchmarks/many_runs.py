"""Ten thousand runs of one project, as they lie on disk."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

_END = datetime(2026, 11, 20, tzinfo=timezone.utc)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PHASES = ("Starting", "Downloading", "Training", "Uploading", "Completed")


def make(root: Path, count: int) -> None:
    """A project with so many runs, each as a local run leaves it: intent, record, a short history, a log."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "skylift.toml").write_text('name = "flights"\nentry-point = "train.py"\n')
    (root / "train.py").write_text("print('loss=1')\n")
    (root / ".skylift").mkdir(exist_ok=True)
    (root / ".skylift/.gitignore").write_text("*\n")
    chance = random.Random(count)
    for number in range(count):
        record = _record(chance, _END - timedelta(minutes=20 * (count - number)))
        folder = root / ".skylift/runs" / record["TrainingJobName"]
        folder.mkdir(parents=True)
        intent = {"schema": 1, "run": folder.name, "executor": "process", "ours": record["Skylift"]}
        (folder / "intent.json").write_text(json.dumps(intent, indent=2) + "\n")
        (folder / "record.json").write_text(json.dumps(record, indent=2) + "\n")
        (folder / "metrics.jsonl").write_text('{"name": "loss", "step": 1, "time": "", "value": 1.0}\n')
        (folder / "log").write_text("loss=1\n")


def _record(chance: random.Random, began: datetime) -> dict[str, Any]:
    letters = "".join(chance.choice(_LETTERS) for _ in range(4))
    name = f"flights-{began:%y%m%d%H%M%S}-{letters}"
    took = timedelta(seconds=chance.randint(30, 9000))
    status = chance.choice(["Completed"] * 8 + ["Failed", "Stopped"])
    auc, loss = chance.uniform(0.5, 0.95), chance.uniform(0.1, 1.0)
    arguments = {
        "lr": chance.choice([0.1, 0.03, 0.01, 0.003]),
        "epochs": chance.choice([5, 10, 20]),
        "optimizer": chance.choice(["adam", "sgd"]),
        "hidden": 128,
        "dropout": 0.1,
        "seed": chance.randint(0, 9),
        "data-dir": "data/train",
    }
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:000000000000:training-job/{name}",
        "RoleArn": "arn:aws:iam::000000000000:role/local",
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": f"file:///flights/.skylift/runs/{name}/artifacts"},
        "ResourceConfig": {"InstanceType": "local", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "HyperParameters": {key: str(value) for key, value in arguments.items()},
        "ModelArtifacts": {
            "S3ModelArtifacts": f"file:///flights/.skylift/runs/{name}/artifacts/model.tar.gz"
        },
        "CreationTime": _iso(began),
        "SecondaryStatusTransitions": [
            {
                "Status": phase,
                "StartTime": _iso(began),
                "EndTime": _iso(began + took),
                "StatusMessage": "so it was",
            }
            for phase in _PHASES
        ],
        "TrainingJobStatus": status,
        "SecondaryStatus": status,
        "FailureReason": "AlgorithmError: ValueError: no rows (train.py:3), exit code: 1"
        * (status == "Failed"),
        "TrainingStartTime": _iso(began),
        "TrainingEndTime": _iso(began + took),
        "LastModifiedTime": _iso(began + took),
        "Skylift": {
            "schema": 1,
            "project": "flights",
            "job": chance.choice(["train", "train", "train", "evaluate"]),
            "target": chance.choice(["local", "docker"]),
            "backend": "local",
            "arguments": arguments,
            "given": {"lr": arguments["lr"]},
            "raw": [],
            "revision": {
                "commit": f"{chance.getrandbits(160):040x}",
                "branch": "main",
                "dirty": chance.random() < 0.3,
                "diff": "",
                "code": f"{chance.getrandbits(256):064x}",
            },
            "lock": f"{chance.getrandbits(256):064x}",
            "image": None,
            "interpreter": {"python": "3.11.7", "path": "/usr/bin/python3", "freeze": "0" * 64},
            "channels": {"train": {"source": "data/train", "version": f"{chance.getrandbits(256):064x}"}},
            "user": chance.choice(["ada", "grace"]),
            "cost": None,
            "metrics": {
                "last": {"train:loss": loss, "validation:auc": auc, "validation:loss": loss + 0.1},
                "best": {
                    "train:loss": {"value": loss, "step": 9},
                    "validation:auc": {"value": auc, "step": 7},
                    "validation:loss": {"value": loss + 0.1, "step": 8},
                },
            },
        },
    }


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
