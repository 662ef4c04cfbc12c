"""Ten thousand runs: how long a list of them takes, and a name that a shell completes, beside others' first words."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import uv
from benchmarks.many_runs import make
from benchmarks.measure import WORK, Row, median, table, timed
from benchmarks.startup import sagify_program

COUNT = 10_000
_CLIENTS = ("mlflow-skinny==3.6.0", "sqlalchemy<2.1", "alembic", "awscli")
_FILL = """
import sqlite3, sys, uuid
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
path, count = sys.argv[1], int(sys.argv[2])
client = MlflowClient("sqlite:///" + path)
run = client.create_run(client.create_experiment("flights")).info.run_id
names = "lr epochs optimizer hidden dropout seed data-dir".split()
client.log_batch(run, [Metric(n, 0.0, 0, 0) for n in ("auc", "loss", "vloss")], [Param(n, "1") for n in names])
client.set_terminated(run)
base = sqlite3.connect(path)
for name in ("runs", "params", "latest_metrics", "metrics", "tags"):
    rows = base.execute(f"select * from {name} where run_uuid = ?", (run,))
    columns = [column[0] for column in rows.description]
    rows = rows.fetchall()
    def copies():
        for number in range(count - 1):
            for row in rows:
                new = dict(zip(columns, row)) | {"run_uuid": f"{number:032x}"}
                if name == "runs":
                    new["start_time"] -= 1000 * number
                if "metrics" in name:
                    new["value"] = number % 100 / 100
                yield list(new.values())
    base.executemany(f"insert into {name} values ({','.join('?' * len(columns))})", copies())
base.commit()
"""
_SEARCH = """
import sys
from mlflow import MlflowClient
found = MlflowClient("sqlite:///" + sys.argv[1]).search_runs(["1"], sys.argv[2], max_results=20)
assert len(found) == 20, found
"""
_QUESTION = 'metric:"validation:auc" > 0.9 and param:lr < 0.1'


def report(runs: int) -> str:
    """Whole processes, in turns, so that a busy moment hits all of them."""
    project = WORK / f"runs-{COUNT}"
    if not project.exists():
        part = project.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        make(part, COUNT)
        part.rename(project)
    skylift = str(Path(sys.executable).with_name("skylift"))
    shell = {"COMP_WORDS": "skylift show aa", "COMP_CWORD": "2", "_SKYLIFT_COMPLETE": "zsh_complete"}
    ours: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {
        "skylift runs": ([skylift, "runs"], {}),
        "the same, no index yet": ([skylift, "runs"], {}),
        "skylift runs --where": ([skylift, "runs", "--where", _QUESTION], {}),
        "completion of a run": ([skylift], shell),
        "skylift --help": ([skylift, "--help"], {}),
    }
    others, missing = _others()
    seconds: dict[str, list[float]] = {name: [] for name in (*ours, *others)}
    for turn in range(runs + 1):
        for name, (command, variables) in ours.items():
            if name == "the same, no index yet":
                (project / ".skylift/index.1").unlink()
            taken = timed(command, env={**os.environ, **variables}, cwd=project)
            seconds[name] += [taken] if turn else []
        for name, command in others.items():
            taken = timed(command, env=os.environ, cwd=project)
            seconds[name] += [taken] if turn else []
    found = {name: median(values) for name, values in seconds.items()}
    rows = [
        Row(f"{name}, {other}", "s", found[name], found[other]) for name, other in _BESIDE if other in found
    ]
    alone = "".join(f"\n{name:<38}{found[name]:>16.3f}" for name in ours)
    return f"\nruns: {COUNT} of them, seconds{alone}\n{table('beside others', 'skylift', 'the other', rows)}{missing}"


_BESIDE = (
    ("skylift runs", "mlflow, newest 20"),
    ("skylift runs --where", "mlflow, a filter"),
    ("skylift runs", "aws --version"),
    ("skylift runs", "sagify --help"),
    ("completion of a run", "aws --version"),
    ("skylift --help", "mlflow --version"),
)


def _others() -> tuple[dict[str, Sequence[str]], str]:
    """Their commands, in environments made once, and what is left out and why."""
    sagify, missing = sagify_program()
    commands: dict[str, Sequence[str]] = {"sagify --help": [str(sagify), "--help"]} if sagify else {}
    clients, reason = _clients()
    if clients is None:
        return commands, missing + reason
    python, store = str(clients / "bin/python"), str(WORK / f"mlflow-{COUNT}.db")
    if not Path(store).exists():
        timed([python, "-c", _FILL, f"{store}.part", str(COUNT)], env=os.environ)
        Path(f"{store}.part").rename(store)
    commands |= {
        "aws --version": [str(clients / "bin/aws"), "--version"],
        "mlflow --version": [str(clients / "bin/mlflow"), "--version"],
        "mlflow, newest 20": [python, "-c", _SEARCH, store, ""],
        "mlflow, a filter": [python, "-c", _SEARCH, store, "metrics.auc > 0.9 and params.lr = '1'"],
    }
    return commands, missing


def _clients() -> tuple[Path | None, str]:
    folder, find = WORK / "clients", uv.find_uv_bin()
    if (folder / "ready").exists():
        return folder, ""
    for command in (
        [find, "venv", "--quiet", "--clear", "--python", "3.11", str(folder)],
        [find, "pip", "install", "--quiet", "--python", str(folder), *_CLIENTS],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None, f"\nAWS CLI and MLflow are left out: {done.stderr.strip()[-300:]}"
    (folder / "ready").touch()
    return folder, ""
