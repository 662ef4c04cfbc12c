"""A real registry that stands in for ECR: Debian's docker-registry, on this machine only."""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from skylift.emulator.lifeline import Lifeline
from skylift.errors import NotReady
from skylift.host.files import write_json

_PROGRAM = "docker-registry"
_START_S = 20.0
_POLL_S = 0.05
_END_S = 10.0


@contextmanager
def serving(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Run a registry while the block lasts; gives its ``host:port``. What it stores stays in ``folder``.

    :raises NotReady: when it is not installed, or does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{_free_port()}"
    process = _start(folder, address, environment)
    # Should we be killed, it must not go on serving.
    lifeline = Lifeline.tie(("kill", "-s", "KILL", str(process.pid)), environment)
    try:
        _await(process, address, folder)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        lifeline.cut()


def _start(folder: Path, address: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    config = folder / f"config-{address.rpartition(':')[2]}.json"
    # YAML is wanted, and JSON is YAML.
    write_json(config, _config(folder, address))
    try:
        with (folder / "log").open("ab") as log:
            return subprocess.Popen(
                [_PROGRAM, "serve", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # REGISTRY_* variables would change the config.
                env={key: value for key, value in environment.items() if not key.startswith("REGISTRY_")},
                # Ctrl-C in a terminal is for the command that runs in the sandbox.
                start_new_session=True,
            )
    except FileNotFoundError as error:
        raise NotReady(
            f"`{_PROGRAM}` is not installed", hints=("install it: `apt-get install docker-registry`",)
        ) from error


def _config(folder: Path, address: str) -> dict[str, object]:
    return {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(folder / "storage")},
            "delete": {"enabled": True},
        },
        "http": {"addr": address},
    }


def _await(process: subprocess.Popen[bytes], address: str, folder: Path) -> None:
    until = time.monotonic() + _START_S
    while not _answers(address):
        # A port that somebody else has taken ends the process, so who answers is ours.
        if process.poll() is not None or time.monotonic() > until:
            raise NotReady(
                f"`{_PROGRAM}` did not start on {address}",
                hints=(f"see {folder / 'log'}",),
                log=str(folder / "log"),
            )
        time.sleep(_POLL_S)


def _answers(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=2)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
