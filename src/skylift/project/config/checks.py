"""What a config means, beyond its types: files that must be there, names and limits of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import Issue, UsageError
from skylift.project.config.job_checks import check_job
from skylift.project.config.layers import KeyPath
from skylift.values.references import parse_image, parse_repository, parse_s3, slug
from skylift.values.settings import AwsSettings, ImageSettings, Settings, SystemSettings, TargetSettings
from skylift_runtime.contract import (
    DEFAULT_JOB,
    ENVIRONMENT_COUNT_LIMIT,
    ENVIRONMENT_VALUE_LIMIT,
)

Where = Callable[[KeyPath], str]
_OLDEST_MINOR = 8
_FIGURES_S = range(5, 86400)
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/.+")
_INSTANCE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check(settings: Settings, root: Path, where: Where) -> list[Issue]:
    """Everything that is wrong with a config whose types are right.

    :param where: tells where a value stands, for messages.
    """
    found = [
        *_project(settings, where),
        *_image(settings.image, where),
        *_aws(settings.aws, where),
        *_system(settings.system, where),
    ]
    for name, job in settings.jobs.items():
        path: KeyPath = () if name == DEFAULT_JOB else ("jobs", name)
        found += check_job(job, root, lambda key, path=path: where((*path, *key)))  # type: ignore[misc]
        found += _table_name("job", name, path, where)
    for name, target in settings.targets.items():
        found += _target(_At(("targets", name), where), target)
        found += _table_name("target", name, ("targets", name), where)
    return found


@dataclass(frozen=True)
class _At:
    """Issues of one table."""

    path: KeyPath
    where: Where

    def issue(self, key: str, what: str, hint: str = "") -> Issue:
        return Issue(self.where((*self.path, *key.split("/"))), what, hint)


def _project(settings: Settings, where: Where) -> Iterator[Issue]:
    if not slug(settings.name, limit=40):
        what = f"no letter or digit in {settings.name!r}, and run names begin with it"
        yield Issue(where(("name",)), what, "choose a name such as flight-delays")
    minor = re.fullmatch(r"3\.(\d+)", settings.python)
    if minor is None:
        yield Issue(where(("python",)), f"wants a minor version such as 3.11, not {settings.python!r}")
    elif int(minor[1]) < _OLDEST_MINOR:
        yield Issue(where(("python",)), f"jobs run on Python 3.{_OLDEST_MINOR} or later, not 3.{minor[1]}")


def _table_name(kind: str, name: str, path: KeyPath, where: Where) -> Iterator[Issue]:
    if not _NAME.fullmatch(name):
        yield Issue(where(path), f"not a name for a {kind}: {name!r}", "use letters, digits, dashes")


def _image(image: ImageSettings, where: Where) -> Iterator[Issue]:
    at = _At(("image",), where)
    if image.base:
        yield from _read(at, "base", lambda: parse_image(image.base))
    if image.repository:
        yield from _read(at, "repository", lambda: parse_repository(image.repository))
    if image.interpreter and not image.interpreter.startswith("/"):
        yield at.issue("interpreter", f"wants an absolute path in the image, not {image.interpreter!r}")
    yield from _environment(at, image.environment)


def _read(at: _At, key: str, parse: Callable[[], object]) -> Iterator[Issue]:
    try:
        parse()
    except UsageError as error:
        yield at.issue(key, error.message, "; ".join(error.hints))


def _aws(aws: AwsSettings, where: Where) -> Iterator[Issue]:
    at = _At(("aws",), where)
    if aws.region and not _REGION.fullmatch(aws.region):
        yield at.issue("region", f"not a region: {aws.region!r}", "write it as eu-central-1")
    if aws.account and not re.fullmatch(r"\d{12}", aws.account):
        yield at.issue("account", f"not an account: {aws.account!r}", "it has twelve digits")
    if aws.storage:
        yield from _read(at, "storage", lambda: parse_s3(str(aws.storage)))
    for key, arn in (("role", aws.role), ("assume-role", aws.assume_role)):
        if arn and not _ROLE.fullmatch(arn):
            yield at.issue(
                key, f"not the ARN of a role: {arn!r}", "write it as arn:aws:iam::<account>:role/<name>"
            )


def _system(system: SystemSettings, where: Where) -> Iterator[Issue]:
    if system.interval not in _FIGURES_S:
        what = f"wants 5 seconds to a day, not {system.interval}"
        yield Issue(where(("system", "interval")), what, "leave it out for 30, or say figures = false")


def _target(at: _At, target: TargetSettings) -> Iterator[Issue]:
    if target.name in ("local", "docker") and target.backend != target.name:
        yield at.issue("backend", f"the target `{target.name}` always has the backend `{target.name}`")
    if not _INSTANCE.fullmatch(target.instance_type):
        what = f"not an instance type: {target.instance_type!r}"
        yield at.issue("instance-type", what, "write it as ml.m5.large")
    least = {"instance-count": (target.instance_count, 1), "volume": (target.volume, 1)}
    least |= {"max-run": (target.max_run, 1), "grace": (target.grace, 0)}
    for key, (value, bound) in least.items():
        if value < bound:
            yield at.issue(key, f"wants at least {bound}, not {value}")
    yield from _environment(at, target.environment)


def _environment(at: _At, variables: Mapping[str, str]) -> Iterator[Issue]:
    if len(variables) > ENVIRONMENT_COUNT_LIMIT:
        what = f"{len(variables)} variables, and the service takes {ENVIRONMENT_COUNT_LIMIT}"
        yield at.issue("environment", what)
    for name, value in variables.items():
        if not _VARIABLE.fullmatch(name):
            yield Issue(at.where((*at.path, "environment", name)), f"not the name of a variable: {name!r}")
        if len(value) > ENVIRONMENT_VALUE_LIMIT:
            what = f"{len(value)} characters, and the service takes {ENVIRONMENT_VALUE_LIMIT}"
            yield Issue(at.where((*at.path, "environment", name)), what, "put it into a file that ships")
