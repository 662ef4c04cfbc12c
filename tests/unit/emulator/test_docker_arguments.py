"""What stands on docker's command line."""

from __future__ import annotations

import csv
from pathlib import Path

from skylift.emulator import disks
from skylift.emulator.containers import environment_arguments, mount_arguments
from skylift.emulator.execution import Container
from skylift.emulator.place import JobPlace
from skylift.emulator.start import Start
from skylift.emulator.storage import Mount


def test_any_path_can_be_mounted() -> None:
    root = Path('/run/a "b",\nc:d/ml')
    mount = Mount(Path("/data/é,1"), root / "input/data/train")
    container = Container("job", "img", Start(None, ("train",)), {}, JobPlace(root), (mount,))
    (_, first), (_, second) = disks.arguments(container, ""), mount_arguments(container)
    assert next(csv.reader([first.replace("\n", "\0")])) == [
        "type=bind",
        'source=/run/a "b",\0c:d/ml',
        "target=/opt/ml",
    ]
    assert second == 'type=bind,"source=/data/é,1",target=/opt/ml/input/data/train,readonly'


def test_values_stay_off_the_command_line() -> None:
    arguments, passed = environment_arguments({"TOKEN": "s3cret\nline", "EMPTY": ""})
    assert arguments == ("-e", "TOKEN", "-e", "EMPTY")
    assert passed == {"TOKEN": "s3cret\nline", "EMPTY": ""}


def test_a_jobs_variables_never_change_the_client_itself() -> None:
    arguments, passed = environment_arguments(
        {"PATH": "/x", "DOCKER_HOST": "tcp://evil", "LD_PRELOAD": "x.so"}
    )
    assert passed == {}
    assert arguments[1::2] == ("PATH=/x", "DOCKER_HOST=tcp://evil", "LD_PRELOAD=x.so")
