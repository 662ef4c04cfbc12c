"""A shell where a job's own code would have been started."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from skylift.emulator.channels import folder_channels
from skylift.emulator.execution import Executor
from skylift.emulator.job_fault import JobFault
from skylift.emulator.pipes import Pipes
from skylift.emulator.place import JobPlace
from skylift.emulator.platform import Platform, container_of
from skylift.emulator.start import Start
from skylift.emulator.storage import Share, Storage
from skylift.emulator.tree import checkpoint_path, write_tree
from skylift.host.files import remove_tree
from skylift.values.jobs import hosts_of


def open_shell(
    request: Mapping[str, Any],
    command: Sequence[str],
    *,
    place: JobPlace,
    executor: Executor,
    storage: Storage,
    platform: Platform,
) -> int:
    """Lay out what the first host of a job sees, and run a command there on our own terminal.

    What is there of the job already stays: a tree that a run has left can be looked into. The image has to
    be one of ours; ``command`` is empty for an interactive shell.

    :raises JobFault: when inputs or image can not be had.
    """
    hosts = hosts_of(request)
    host, share = hosts[0], Share(0, len(hosts))
    own = place.of(host, hosts)
    if not all(own.holds(Path(folder)) for folder in own.tree.folders()):
        raise JobFault(
            "ClientError: the run has put links in the place of its folders, which lead out of its tree"
        )
    write_tree(request, own, host, executor.interface)
    mounts = [
        storage.materialize(channel, Path(own.tree.channel(channel["ChannelName"])), share)
        for channel in folder_channels(request)
    ]
    pipes = Pipes(storage, request, Path(own.tree.data), share)
    pipes.prepare()
    mounts.append(storage.restore(request, own.root / checkpoint_path(request)))
    lent = tuple(mount for mount in mounts if mount is not None)
    container = replace(
        container_of(request, place, host, lent, platform),
        start=Start(None, ("shell", *command)),
        # The job itself may be running.
        own_scratch=own.root.with_name(f".shell-{os.getpid()}"),
    )
    executor.prepare(container, lambda: False)
    with ExitStack() as ending:
        ending.callback(remove_tree, container.scratch)
        ending.callback(pipes.finish)
        # There are some already when the job itself is running; then they are its own.
        with suppress(FileExistsError):
            pipes.start(lambda: None)
        return executor.interact(container)
