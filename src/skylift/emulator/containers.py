"""Runs a job in a container, by the docker command line."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import IO

from skylift.emulator import disks, networks, overlays
from skylift.emulator.around import Around
from skylift.emulator.engine import RUN_LABEL, Engine, EngineRefused, mount_option
from skylift.emulator.execution import Container, Running
from skylift.emulator.giving_back import GivingBack
from skylift.emulator.handover import announced, hand_over, stdin_for
from skylift.emulator.job_fault import JobFault
from skylift.emulator.lifeline import Lifeline
from skylift.emulator.storage import Mount
from skylift.emulator.terminal import is_interactive
from skylift.errors import RegistryError, RemoteError
from skylift.host.files import remove_tree
from skylift_runtime.contract import ML_ROOT

_STOP_POLL_S = 0.2
# Words of registries that know no such image, or do not say whether they do.
_NO_IMAGE = ("not found", "manifest unknown", "does not exist", "access denied", "invalid reference")
_CLIENTS_OWN = ("PATH", "HOME")
_CLIENTS_OWN_BEGIN = ("DOCKER_", "LD_")


class ContainerExecutor:
    """``environment`` is the docker client's own (DOCKER_HOST, HOME, PATH); none of it reaches the job.

    ``image`` maps a request's reference to what this machine's engine can pull.
    """

    def __init__(
        self,
        docker: str = "docker",
        *,
        environment: Mapping[str, str],
        image: Callable[[str], str] = str,
        network: str | None = None,
        owner: tuple[int, int] | None = None,
        handed: bytes = b"",
    ) -> None:
        """
        ``owner``: user and group that the tree is given to at the end; None is whoever we are.
        ``handed``: what every container reads from its stdin; empty is nothing.
        """
        self._engine = Engine(docker, environment)
        self._image = image
        self._network = network
        self._owner = owner
        self._handed = handed

    @property
    def interface(self) -> str:
        return "lo" if self._network == "host" else "eth0"

    def check(self) -> None:
        """Ask the engine whether it is there.

        :raises NotReady: when it is not.
        """
        self._engine.check()

    def prepare(self, container: Container, stopping: Callable[[], bool]) -> None:
        self._engine.check()
        image = self._image(container.image)
        if self._engine.has_image(image):
            return
        with self._engine.open("pull", "--quiet", image) as pull:
            while pull.poll() is None and not stopping():
                _wait(pull, _STOP_POLL_S)
            if pull.poll() is None:
                pull.terminate()
                return
            said = pull.communicate()[1].decode(errors="replace").strip()
        if pull.returncode != 0:
            raise _not_pulled(container.image, said)

    def start(self, container: Container) -> Running:
        announcing = replace(container, environment={**container.environment, **announced(self._handed)})
        around = self._create(announcing, container.label, *self._interactive)
        name = container.label
        lifeline = Lifeline.tie(ending_command(self._engine, name, around), self._engine.environment)
        # Attached before it starts, so that no byte is lost.
        client = self._engine.open(
            *("start", "--attach", *self._interactive, name), stdin=stdin_for(self._handed)
        )
        hand_over(client, self._handed)
        return _RunningContainer(
            self._engine, container, around, client, lifeline, self._giving_back(container)
        )

    def interact(self, container: Container) -> int:
        # Beside the job's own container, which may be running.
        name = f"{container.label}-shell-{os.getpid()}"
        around = self._create(container, name, "--interactive", *(("--tty",) if is_interactive() else ()))
        lifeline = Lifeline.tie(ending_command(self._engine, name, around), self._engine.environment)
        try:
            return self._engine.at_terminal("start", "--attach", "--interactive", name)
        finally:
            self._engine.remove(name)
            around.remove(self._engine)
            lifeline.cut()
            self._giving_back(container).run(self._engine, container)

    def _create(self, container: Container, name: str, *options: str) -> Around:
        """Create a container, and what it has around it."""
        around = Around(
            networks.for_container(container, self._network),
            disks.for_container(container),
            overlays.for_container(container, name),
        )
        for mount in container.mounts:
            _make_mount_point(mount)
        run = _run_of(container, name)
        networks.make(self._engine, around.network, run, internal=container.isolated)
        disks.make(self._engine, container, self._image(container.image), around.disk)
        overlays.make(self._engine, container, around.copies, run)
        self._create_with(container, name, around, options)
        if around.copies and not overlays.can_be_mounted(self._engine, name):
            self._engine.remove(name)
            overlays.remove(self._engine, around.copies)
            around = replace(around, copies=())
            self._create_with(container, name, around, options)
        return around

    def _create_with(self, container: Container, name: str, around: Around, options: tuple[str, ...]) -> None:
        passed, environment = environment_arguments(container.environment)
        self._engine.run(
            # A shell beside a run is not of it: it stays when that is cleared away.
            *("create", "--name", name, "--label", f"{RUN_LABEL}={_run_of(container, name)}", *options),
            *networks.arguments(container, around.network),
            *disks.arguments(container, around.disk),
            *mount_arguments(container, around.copies),
            *passed,
            *container.start.docker_arguments(self._image(container.image)),
            environment=environment,
        )

    @property
    def _interactive(self) -> tuple[str, ...]:
        return ("--interactive",) if self._handed else ()

    def _giving_back(self, container: Container) -> GivingBack:
        return GivingBack(self._image(container.image), self._owner or (os.getuid(), os.getgid()))


def _run_of(container: Container, name: str) -> str:
    return container.name if name == container.label else name


def ending_command(engine: Engine, container: str, around: Around) -> tuple[str, ...]:
    """Removes a container and what it has around it: its network when it was the last on it."""
    script = '"$1" rm -fv "$2"'
    if networks.is_ours(around.network):
        script += '; "$1" network rm "$3"'
    if around.disk:
        script += '; "$1" rm -fv "$4"; "$1" volume rm -f "$4"'
    if around.copies:
        script += '; docker=$1; shift 4; "$docker" volume rm -f "$@"'
    words = (engine.docker, container, around.network, around.disk, *around.copies)
    return ("/bin/sh", "-c", script, "end", *words)


def mount_arguments(container: Container, copied: tuple[str, ...] = ()) -> tuple[str, ...]:
    """``--mount`` options for what is shown in the tree: unlike ``-v``, they take any path.

    :param copied: volumes for the channels that are copies; without them these are read-only.
    """
    root = container.place.root
    targets = {m.at: f"{ML_ROOT}/{m.at.relative_to(root).as_posix()}" for m in container.mounts}
    bound = [mount for mount in container.mounts if not copied or not overlays.is_copied(mount)]
    return (
        *overlays.arguments(container, copied, targets),
        *(
            word
            for mount in bound
            for word in ("--mount", mount_option(mount.source, targets[mount.at], writable=mount.writable))
        ),
    )


def environment_arguments(job: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Options, and the variables that the client needs in its own environment for them.

    Values stay off the command line, which everyone on the machine can read. The few names that would
    change the client itself are the exception.

    >>> environment_arguments({"KEY": "s3cret", "DOCKER_HOST": "tcp://x"})
    (('-e', 'KEY', '-e', 'DOCKER_HOST=tcp://x'), {'KEY': 's3cret'})
    """
    arguments: list[str] = []
    passed: dict[str, str] = {}
    for key, value in job.items():
        if key in _CLIENTS_OWN or key.startswith(_CLIENTS_OWN_BEGIN):
            arguments += ["-e", f"{key}={value}"]
        else:
            arguments += ["-e", key]
            passed[key] = value
    return tuple(arguments), passed


def _make_mount_point(mount: Mount) -> None:
    # Made by us, so that it belongs to us: the engine would make it as root.
    point = mount.at
    if mount.source.is_dir():
        point.mkdir(parents=True, exist_ok=True)
    else:
        point.parent.mkdir(parents=True, exist_ok=True)
        point.touch()


def _not_pulled(image: str, said: str) -> Exception:
    if any(words in said.lower() for words in _NO_IMAGE):
        return JobFault(f"ClientError: Cannot pull the training image {image}: {said}")
    return RegistryError(f"pulling {image}: {said}", temporary=True)


def _not_started(said: str) -> JobFault:
    return JobFault(
        "AlgorithmError: CannotStartContainerError. Please make sure the container can be run with "
        f"'docker run <image> train': {said}"
    )


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    return True


class _RunningContainer:
    def __init__(
        self,
        engine: Engine,
        container: Container,
        around: Around,
        client: subprocess.Popen[bytes],
        lifeline: Lifeline,
        giving_back: GivingBack,
    ) -> None:
        self._engine, self._container, self._around = engine, container, around
        self._client = client
        self._lifeline = lifeline
        self._giving_back = giving_back

    @property
    def outputs(self) -> Sequence[IO[bytes]]:
        # Two: the engine keeps them apart, and put together again lines would break into each other.
        assert self._client.stdout is not None
        assert self._client.stderr is not None
        return (self._client.stdout, self._client.stderr)

    @property
    def owned(self) -> Mapping[str, object]:
        return {
            "container": self._container.label,
            "docker": self._engine.docker,
            "network": self._around.network,
            "disk": self._around.disk,
            "copies": list(self._around.copies),
        }

    def terminate(self) -> None:
        # It may be about to start, and would not hear: until it runs, or its client has gone.
        while not self._signal("TERM") and not _wait(self._client, _STOP_POLL_S):
            pass

    def kill(self) -> None:
        self._signal("KILL")

    def _signal(self, name: str) -> bool:
        """False when the container does not run: not yet, or no more."""
        try:
            self._engine.run("kill", "--signal", name, self._container.label)
        except EngineRefused as error:
            if "is not running" not in error.said:
                raise
            return False
        return True

    def wait(self, timeout_s: float) -> int | None:
        if not _wait(self._client, timeout_s):
            return None
        state = json.loads(self._engine.run("inspect", "--format", "{{json .State}}", self._container.label))
        if state["Running"]:
            raise RemoteError(f"lost sight of container {self._container.label}, which still runs")
        if state["Error"]:
            raise _not_started(state["Error"])
        return int(state["ExitCode"])

    def close(self) -> tuple[str, ...]:
        self._engine.remove(self._container.label)
        warnings = disks.save(self._engine, self._around.disk, self._container.place.root)
        self._around.remove(self._engine)
        self._client.wait()
        self._lifeline.cut()
        if not self._around.copies and any(map(overlays.is_copied, self._container.mounts)):
            warnings += ("channels were shown read-only: the Docker Engine makes no overlays of them",)
        warnings += self._giving_back.run(self._engine, self._container)
        remove_tree(self._container.scratch)
        return warnings
