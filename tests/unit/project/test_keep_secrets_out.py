"""Whatever ``init`` found out is told without the passwords and tokens that stood in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from skylift.project.init.findings import Findings
from skylift.project.init.secrets import keep_secrets_out
from skylift.values.project import Unbound, Understood

PLANTED = "pl4nt3d-v4lue-0123456789"


def found(config: dict[str, Any]) -> Findings:
    unbound = Unbound(
        "data",
        frozenset({"data"}),
        "--data",
        f"a.py:3 reads {PLANTED}/x",
        f"reads {PLANTED}/x",
        file=f"{PLANTED}.csv",
    )
    row = Understood("argument api-key", PLANTED, f"Makefile gives {PLANTED}")
    return Findings(config, [row], [f"--data is {PLANTED}, which is not there"], [unbound])


@pytest.mark.parametrize(
    "config",
    [
        {"hyperparameters": {"api-key": PLANTED, "epochs": 3}},
        {"environment": {"DB_PASSWORD": PLANTED, "A": "1"}},
        {"command": ["python", "train.py", "--hf-token", PLANTED, "--epochs", "3"]},
        {"command": ["python", "train.py", f"--hf-token={PLANTED}"]},
        {"index": [f"https://u:{PLANTED}@h.example/simple", "https://pypi.org/simple"]},
    ],
    ids=["hyperparameter", "variable", "word", "option", "address"],
)
def test_what_stood_in_the_config_stands_nowhere(config: dict[str, Any]) -> None:
    findings = found(config)
    keep_secrets_out(findings)
    assert PLANTED not in str(findings.config) + str(findings.understood) + str(findings.left)
    assert PLANTED not in "".join(str(asdict(one)) for one in findings.unbound)
    assert len(findings.left) == 2


def test_the_rest_is_kept() -> None:
    config = {
        "command": ["python", "train.py", "--hf-token", PLANTED, "--epochs", "3"],
        "secrets": {"HF_TOKEN": "env:HF_TOKEN"},
        "hyperparameters": {"pad_token": "<pad>", "api_key": "$API_KEY"},
    }
    findings = found(config)
    keep_secrets_out(findings)
    assert findings.config == {**config, "command": ["python", "train.py", "--epochs", "3"]}
