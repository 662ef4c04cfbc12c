"""torchrun itself over two hosts of this machine, from the config to the record."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.conformance.places import Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="hosts are told apart by mount namespaces")
PAIR = Place("pair", {})
# One write for a whole line: two ranks share the pipe, and print() writes the end of the line apart.
TRAIN = """
import argparse, os
import torch, torch.distributed as dist
parser = argparse.ArgumentParser()
parser.add_argument("--break-rank", type=int, default=-1)
wanted = parser.parse_args().break_rank
dist.init_process_group("gloo")
total = torch.ones(1) * (dist.get_rank() + 1)
dist.all_reduce(total)
os.write(1, f"host={os.environ['SM_CURRENT_HOST']} total={total.item()}\\n".encode())
if dist.get_rank() == wanted:
    raise ValueError(f"rank {wanted} has no data")
if dist.get_rank() == 0:
    torch.save(total, os.path.join(os.environ["SM_MODEL_DIR"], "total.pt"))
dist.barrier()
dist.destroy_process_group()
"""
CONFIG = """
name = "pair"
command = ["torchrun", "--nnodes={hosts}", "--node-rank={rank}", "--nproc-per-node=2", "--master-addr=algo-1", "--master-port=7777", "train.py"]
python = "3.11"
[targets.pair]
backend = "local"
instance-count = 2
environment = { GLOO_SOCKET_IFNAME = "lo", OMP_NUM_THREADS = "1" }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "skylift.toml").write_text(CONFIG)
    return tmp_path


def test_ranks_of_two_hosts_meet(project: Path, torch: Path) -> None:
    record = PAIR.run(project, "--python", str(torch / "bin" / "python"))
    assert record.status == "Completed"
    said = [row for row in PAIR.skylift(project, "logs", "@last").splitlines() if "total=" in row]
    assert sorted(said) == sorted(
        f"[{host}] host={host} total=10.0" for host in ("algo-1", "algo-2") for _ in range(2)
    )
    PAIR.skylift(project, "pull", "@last", "--output", "model")
    assert [path.name for path in (project / "model").iterdir()] == ["total.pt"]


def test_the_reason_is_that_of_the_worker_on_the_other_host(project: Path, torch: Path) -> None:
    python = str(torch / "bin" / "python")
    record = PAIR.run(project, "--python", python, "--", "--break-rank", "3", expect=4)
    assert str(record.failure_reason).startswith(
        "AlgorithmError: ValueError: rank 3 has no data (train.py:12)"
    )
