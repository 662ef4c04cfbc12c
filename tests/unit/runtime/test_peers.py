"""Hosts whose names resolve late, or never."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from skylift_runtime.failure import Unusable
from skylift_runtime.peers import wait_for_hosts


@dataclass
class Network:
    """Names that resolve from a time on."""

    since: dict[str, float]
    stops_at: float = float("inf")
    now: float = 0.0
    said: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def resolves(self, host: str) -> bool:
        return self.now >= self.since[host]

    def pause(self, seconds: float) -> bool:
        self.now += seconds
        self.pauses.append(seconds)
        return self.now < self.stops_at

    def wait(self, **environ: str) -> None:
        wait_for_hosts(
            list(self.since), environ, self.pause, self.said.append, resolves=self.resolves, clock=lambda: self.now
        )  # fmt: skip


def test_names_that_are_there_cost_nothing() -> None:
    network = Network({"algo-1": 0, "algo-2": 0})
    network.wait()
    assert (network.pauses, network.said) == ([], [])


def test_late_ones_are_waited_for_with_growing_pauses_and_told_once() -> None:
    network = Network({"algo-1": 0, "algo-2": 100, "algo-3": 200})
    network.wait()
    assert network.now >= 200
    assert max(network.pauses) == 30
    assert network.pauses[:3] == [0.1, 0.2, 0.4]
    assert network.said == ["waiting for algo-2, algo-3: not every name resolves yet"]


def test_those_that_never_come_are_named() -> None:
    network = Network({"algo-1": 0, "algo-2": 1e9, "algo-3": 5})
    with pytest.raises(Unusable, match="did not resolve within 15 minutes: algo-2;"):
        network.wait()
    assert network.now == 900


def test_a_job_that_is_to_stop_waits_no_longer() -> None:
    network = Network({"algo-1": 0, "algo-2": 1e9}, stops_at=20)
    network.wait()
    assert network.now < 60


@pytest.mark.parametrize("network", [Network({"algo-1": 1e9}), Network({"algo-1": 1e9, "algo-2": 1e9})])
def test_one_host_and_studio_need_nobody(network: Network) -> None:
    network.wait(**({"SM_STUDIO_LOCAL_MODE": "True"} if len(network.since) > 1 else {}))
    assert network.pauses == []
