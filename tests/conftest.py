"""What every test gets: a clean environment, services on demand, and a table of where the time went."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import pytest
from tests import services
from tests.base_image import Unavailable
from tests.foreign import Foreign

collect_ignore = ["projects"]  # whose tests are theirs

_MACHINE = services.Machine(dict(os.environ))
_FOREIGN_PROGRAMS = Foreign(_MACHINE, sys.executable)
_STRICT = os.environ.get("CI") == "true"
_OURS = "SKYLIFT_"
_KEPT = "SKYLIFT_TEST_"
_FOREIGN = (
    "AWS_",
    "SM_",
    "SAGEMAKER_",
    "CI",
    "CIRCLE",
    "GITHUB_",
    "GITLAB_",
    "GIT_",
    "VIRTUAL_ENV",
    "CONDA_",
)

_tests: Counter[str] = Counter()
_seconds: defaultdict[str, float] = defaultdict(float)


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the developer's shell, AWS account or CI reaches a test; caches are the session's own."""
    nowhere = tmp_path_factory.mktemp("nowhere")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # A shell starts what runs in the background deaf to Ctrl-C, and children inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_FOREIGN) or (name.startswith(_OURS) and not name.startswith(_KEPT)):
                patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(nowhere / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere / "credentials"))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("DOCKER_CONFIG", str(nowhere))
        patch.setenv("SKYLIFT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@contextlib.contextmanager
def _or_skip() -> Iterator[None]:
    try:
        yield
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[Mapping[str, str]]:
    """The variables under which ``docker`` reaches an engine."""
    with contextlib.ExitStack() as stack:
        with _or_skip():
            variables = stack.enter_context(services.docker_engine(_MACHINE))
        yield variables


@pytest.fixture(scope="session")
def oci_registry() -> Iterator[str]:
    """``host:port`` of a real, empty registry."""
    with contextlib.ExitStack() as stack:
        with _or_skip():
            registry = stack.enter_context(services.oci_registry(_MACHINE))
        yield registry.host


@pytest.fixture(scope="session")
def base_image(oci_registry: str) -> str:
    """A reference in that registry: Debian with /usr/bin/python3.11."""
    with _or_skip():
        return services.push_base(_MACHINE, oci_registry)


@pytest.fixture(scope="session")
def notebook_python() -> str:
    """An interpreter with nbconvert and ipykernel."""
    with _or_skip():
        return str(_FOREIGN_PROGRAMS.notebooks())


@pytest.fixture(scope="session")
def toolkit() -> Path:
    """An environment with the official ``sagemaker-training``."""
    with _or_skip():
        return _FOREIGN_PROGRAMS.toolkit()


@pytest.fixture(scope="session")
def sdk_drivers() -> Path:
    """The package of SDK v3 that has the drivers it sends along."""
    with _or_skip():
        return _FOREIGN_PROGRAMS.drivers()


@pytest.fixture(scope="session")
def torch() -> Path:
    """An environment with torch and its ``torchrun``."""
    with _or_skip():
        return _FOREIGN_PROGRAMS.torch()


@pytest.fixture(scope="session")
def backends() -> Path:
    """Build backends, as a folder of packages."""
    with _or_skip():
        return _FOREIGN_PROGRAMS.backends()


@pytest.fixture
def weird_tmp_path(tmp_path: Path) -> Path:
    """A folder whose name has all that shells, URLs and careless code trip over."""
    folder = tmp_path / 'it\'s "weird" $HOME; echo ü\nand\t%20 {x}'
    folder.mkdir()
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _STRICT and report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if _STRICT and report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{reason}\n(CI=true: what is skipped has failed)"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    parts = report.nodeid.partition("::")[0].split("/")
    suite = parts[1] if parts[0] == "tests" and len(parts) > 2 else parts[0]
    _seconds[suite] += report.duration
    _tests[suite] += report.when == "call"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("time by suite")
    terminalreporter.line(f"{'suite':<14}{'tests':>7}{'seconds':>10}")
    for suite in sorted(_tests):
        terminalreporter.line(f"{suite:<14}{_tests[suite]:>7}{_seconds[suite]:>10.1f}")
    total = f"{'all':<14}{sum(_tests.values()):>7}{sum(_seconds.values()):>10.1f}"
    terminalreporter.line(total)
