"""What some tests, the demo and the benchmarks need around them: a Docker Engine, a registry, a base image.

Found where they exist; installed from Debian and started where that is allowed, and stopped at the end.

    python -m tests.services run -- COMMAND     # the command sees them in its environment
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.base_image import BaseImage, Unavailable

EXIT_UNAVAILABLE = 75
"""``EX_TEMPFAIL`` of sysexits.h: something is missing here, the command was not run."""

_SYSTEM_FOLDERS = ("/usr/sbin", "/sbin", "/usr/local/sbin")


@dataclass(frozen=True)
class Machine:
    """This machine as the services see it, and whether more may be installed on it."""

    environment: Mapping[str, str]

    @property
    def may_download(self) -> bool:
        """Whether what only the tests need may come from PyPI into the cache."""
        return self.environment.get("CI") == "true" or self.environment.get("SKYLIFT_TEST_INSTALL") == "1"

    @property
    def may_install(self) -> bool:
        return self.may_download and os.geteuid() == 0 and shutil.which("apt-get") is not None

    @property
    def cache(self) -> Path:
        """What is slow to make and never changes, kept from one checkout to the next."""
        caches = self.environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(caches) / "skylift-tests"

    def find(self, program: str) -> str | None:
        # Daemons live in folders that an ordinary user's PATH leaves out.
        folders = [self.environment.get("PATH", os.defpath), *_SYSTEM_FOLDERS]
        return shutil.which(program, path=os.pathsep.join(folders))

    def engine_at(self, address: str) -> dict[str, str]:
        """The variables that a program needs to find the client and the engine."""
        return {"DOCKER_HOST": address, "PATH": self.environment.get("PATH", os.defpath)}

    def need(self, program: str, *, package: str) -> str:
        """Where a program is, installed from Debian when that is allowed.

        :raises Unavailable: when it is not here and may not be installed.
        """
        found = self.find(program)
        if found is None and self.may_install:
            self._install(package)
            found = self.find(program)
        if found is None:
            raise Unavailable(f"`{program}` is not installed (Debian: apt-get install {package})")
        return found

    def _install(self, package: str) -> None:
        environment = {**self.environment, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", package]):
            done = subprocess.run(
                ["apt-get", *command], env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise Unavailable(f"`apt-get {command[0]}` failed: {done.stderr.strip()[-500:]}")


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A temporary folder whose path is short: a unix socket's may have 104 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="skylift-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for as long as the block lasts; it gets 30 s to end by itself."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=dict(environment),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when a server we started is ready.

    :raises Unavailable: with the end of its log, when it ends instead or takes longer than a minute.
    """
    deadline = time.monotonic() + 60
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip()[-800:]
            raise Unavailable(f"`{Path(str(process.args[0])).name}` does not start: {said}")  # type: ignore[index]
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _engine_answers(environment: Mapping[str, str]) -> bool:
    done = subprocess.run(
        ["docker", "version", "--format", "{{.Server.Version}}"],
        env=dict(environment),
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _engine_address(environment: Mapping[str, str]) -> str:
    """Where the client's engine is: DOCKER_HOST, or what the chosen context says."""
    if environment.get("DOCKER_HOST"):
        return environment["DOCKER_HOST"]
    question = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
    done = subprocess.run(question, env=dict(environment), capture_output=True, text=True, check=True)
    return done.stdout.strip()


@contextlib.contextmanager
def docker_engine(machine: Machine) -> Iterator[dict[str, str]]:
    """Give the variables under which ``docker`` reaches an engine.

    One that answers already is used; otherwise, where installing is allowed, one of our own.

    :raises Unavailable: when there is none.
    """
    if machine.find("docker") is not None and _engine_answers(machine.environment):
        yield machine.engine_at(_engine_address(machine.environment))
        return
    if not machine.may_install:
        raise Unavailable("no Docker Engine answers (set DOCKER_HOST, or SKYLIFT_TEST_INSTALL=1 as root)")
    daemon = machine.need("dockerd", package="docker.io")
    # On a machine with an init system the package has started its engine.
    if _engine_answers(machine.environment):
        yield machine.engine_at(_engine_address(machine.environment))
        return
    with short_folder() as folder, _own_engine(machine, daemon, folder) as variables:
        yield variables


@contextlib.contextmanager
def _own_engine(machine: Machine, daemon: str, folder: Path) -> Iterator[dict[str, str]]:
    log, address = folder / "log", f"unix://{folder}/docker.sock"
    command = [
        daemon,
        *("--host", address, "--pidfile", str(folder / "pid")),
        *("--data-root", str(folder / "data"), "--exec-root", str(folder / "exec")),
    ]
    path = os.pathsep.join([machine.environment.get("PATH", os.defpath), *_SYSTEM_FOLDERS])
    environment = {**machine.environment, "PATH": path, "DOCKER_HOST": address}
    with running(command, log, environment) as process:
        try:
            wait_until(lambda: _engine_answers(environment), process, log)
            yield machine.engine_at(address)
        finally:
            _stop_engine(process, folder)


def _stop_engine(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Stop the daemon and, if it did not do so itself, the containerd that it started; unmount the rest."""
    child = folder / "exec" / "containerd" / "containerd.pid"
    containerd = int(child.read_text()) if child.exists() else None
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(30)
    if containerd is not None and child.exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(containerd, signal.SIGTERM)
    for line in Path("/proc/mounts").read_text().splitlines():
        place = line.split()[1]
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", place], check=True)


@dataclass(frozen=True)
class Registry:
    """A registry of ours: where it listens, and the folder that grows when something is pushed."""

    host: str
    storage: Path


@contextlib.contextmanager
def oci_registry(machine: Machine) -> Iterator[Registry]:
    """Run Debian's registry on a free port.

    :raises Unavailable: when it is not installed and may not be.
    """
    program = machine.need("docker-registry", package="docker-registry")
    with short_folder() as folder:
        host, storage = f"127.0.0.1:{free_port()}", folder / "storage"
        config, log = folder / "config.yml", folder / "log"
        config.write_text(
            "version: 0.1\n"
            "log: {level: error, accesslog: {disabled: true}}\n"
            f"storage: {{filesystem: {{rootdirectory: {storage}}}, delete: {{enabled: true}}}}\n"
            f"http: {{addr: '{host}'}}\n"
        )
        with running([program, "serve", str(config)], log, machine.environment) as process:
            wait_until(lambda: _registry_answers(host), process, log)
            try:
                yield Registry(host, storage)
            finally:
                _forget_images(machine, host)


def _forget_images(machine: Machine, host: str) -> None:
    """Remove from the engine, which may be somebody's, what it pulled from a registry that is going away."""
    if machine.find("docker") is None or not _engine_answers(machine.environment):
        return
    docker, environment = ["docker", "image"], dict(machine.environment)
    images = [*docker, "ls", "--all", "--format", "{{.Repository}} {{.ID}}"]
    listed = subprocess.run(images, env=environment, capture_output=True, text=True, check=True).stdout
    ours = {line.split()[1] for line in listed.splitlines() if line.startswith(f"{host}/")}
    if ours:
        # One that a container of somebody else still uses stays.
        subprocess.run([*docker, "rm", "--force", *ours], env=environment, capture_output=True, check=False)


def _registry_answers(host: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}/v2/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def push_base(machine: Machine, registry: str) -> str:
    """Put the base image, made from Debian's packages on the first call, into a registry. Its reference.

    :raises Unavailable: when mmdebstrap is not here, or cannot make it.
    """
    if platform.system() != "Linux":
        raise Unavailable("the base image is made by mmdebstrap, on Linux only")
    base = BaseImage(machine.cache)
    if not base.ready:
        base.make(machine.need("mmdebstrap", package="mmdebstrap"), machine.environment)
    return base.push(registry)


def _run(command: Sequence[str]) -> int:
    machine = Machine(dict(os.environ))
    try:
        with docker_engine(machine) as engine, oci_registry(machine) as registry:
            base = push_base(machine, registry.host)
            variables = {**engine, "SERVICES_REGISTRY": registry.host, "SERVICES_BASE": base}
            return subprocess.run(command, env={**os.environ, **variables}, check=False).returncode
    except Unavailable as reason:
        print(f"not available here: {reason}", file=sys.stderr)
        return EXIT_UNAVAILABLE


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    verbs = parser.add_subparsers(required=True)
    run = verbs.add_parser("run", help="start the services, run a command, stop them")
    run.add_argument("command", nargs="+")
    return _run(parser.parse_args().command)


if __name__ == "__main__":
    sys.exit(main())
