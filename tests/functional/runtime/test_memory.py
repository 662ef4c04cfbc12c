"""Which of the kernel's counters tells that a process of the job was ended for want of memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from skylift_runtime.memory import oom_kills

V1 = "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n"
V2 = "low 0\nhigh 0\nmax 9\noom 1\noom_kill {}\noom_group_kill 0\n"
OWN_V1 = "9:name=systemd:/\n4:cpu,memory:/jobs/a: b\n0::/\n"


@pytest.mark.parametrize(
    ("own", "counters", "kills"),
    [
        ("0::/user/a: b\n", {"user/a: b/memory.events": V2.format(2), "memory.events": V2.format(9)}, 2),
        ("0::/\n", {"memory.events": V2.format(3)}, 3),
        (OWN_V1, {"memory/jobs/a: b/memory.oom_control": V1.format(2), "memory/memory.oom_control": V1.format(9)}, 2),
        # A container that sees its path on the host, and its own cgroup as the root.
        ("4:memory:/docker/1234\n", {"memory/memory.oom_control": V1.format(4)}, 4),
        (None, {"memory.events": V2.format(5)}, 5),
        # A kernel that does not count kills by cgroup.
        ("0::/\n", {"memory.events": "oom 1\n"}, 7),
        ("0::/\n", {}, 7),
    ],
    ids=["v2", "v2 in a container", "v1", "v1 in a container", "no /proc/self/cgroup", "old kernel", "no cgroup"],
)  # fmt: skip
def test_it_is_that_of_the_own_cgroup(
    tmp_path: Path, own: str | None, counters: dict[str, str], kills: int
) -> None:
    for name, text in {
        "proc/vmstat": "oom_kill 7\n",
        **{f"cgroup/{name}": text for name, text in counters.items()},
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    if own is not None:
        (tmp_path / "proc" / "self").mkdir()
        (tmp_path / "proc" / "self" / "cgroup").write_text(own)
    assert oom_kills(str(tmp_path / "cgroup"), str(tmp_path / "proc")) == kills


def test_nothing_tells_where_nothing_is(tmp_path: Path) -> None:
    assert oom_kills(str(tmp_path), str(tmp_path)) == 0
