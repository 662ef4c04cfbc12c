"""What of a run that is repeated is not as it was, besides its code and what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skylift.flow.channels import ChannelInput
from skylift.flow.interpreters import UNKNOWN
from skylift.flow.keeping import files_of
from skylift.flow.preparing import Prepared
from skylift.runs.changes import file_changes, package_changes
from skylift.runs.compare import OF_OURS, identity
from skylift.runs.known import Known
from skylift.values.comparison import PackageChange
from skylift.values.record import Record
from skylift.values.secrets import names_secret
from skylift.values.words import first_of
from skylift_runtime.contract import SECRET_PREFIX

_SHOWN = 4


def not_the_same(record: Record, prepared: Prepared, changed: frozenset[str], known: Known) -> Iterator[str]:
    """Sentences, one for each thing.

    :param changed: names of parameters that were asked to be otherwise.
    """
    yield from _parameters(record, prepared, changed)
    yield from _channels(record, prepared, known)
    yield from _packages(record, prepared, known)
    if "--on" not in changed:
        yield from _target(record, prepared)
        yield from _variables(record, prepared)


def _parameters(record: Record, prepared: Prepared, changed: frozenset[str]) -> Iterator[str]:
    """What the script works with: of what nobody gave, it is its own default."""
    then, now = record.at("Skylift.arguments"), prepared.ours["arguments"]
    if not isinstance(then, Mapping):
        yield "parameters: the record does not say which there were"
        return
    asked = {name.replace("-", "_") for name in changed}
    for name in sorted(then.keys() | now.keys()):
        if name.replace("-", "_") in asked or then.get(name) == now.get(name):
            continue
        if names_secret(name):
            yield f"parameter {name}"
        else:
            yield f"parameter {name}: {then.get(name, 'none')} then, {now.get(name, 'none')} now"


def _channels(record: Record, prepared: Prepared, known: Known) -> Iterator[str]:
    table = record.at("Skylift.channels")
    then: Mapping[str, Any] = table if isinstance(table, Mapping) else {}
    now = {channel.name: channel for channel in prepared.channels}
    for name in sorted(then.keys() | now.keys()):
        if name not in now:
            yield f"channel {name}: there is none any more"
        elif name not in then:
            yield f"channel {name}: it is new"
        elif (was := identity(then[name])) != (is_now := now[name].identity):
            yield f"channel {name}: {_data(was, is_now, now[name], known)}"


def _data(was: object, is_now: str, channel: ChannelInput, known: Known) -> str:
    if channel.folder is None:
        return f"it is {is_now} now"
    before, after = known.data(was), {file.path: file for file in files_of(channel)}
    kinds = [change.kind for change in file_changes(before, after)] if before is not None else []
    what = ", ".join(
        f"{kinds.count(kind)} {kind}" for kind in ("changed", "added", "removed") if kind in kinds
    )
    return f"{channel.source} holds something else than then" + (f" ({what})" if what else "")


def _packages(record: Record, prepared: Prepared, known: Known) -> Iterator[str]:
    was, now = record.at("Skylift.lock"), prepared.ours.get("lock")
    if was != now:
        yield f"lock: {_versions(known.lock(was), known.lock(now) or _locked(prepared), was, now)}"
    interpreter = record.at("Skylift.interpreter")
    if prepared.interpreter is UNKNOWN or not isinstance(interpreter, Mapping):
        return
    python, is_now = str(interpreter.get("python") or ""), prepared.interpreter.version
    # An image is chosen by minor version, an interpreter here also knows its patch.
    parts = min(python.count("."), is_now.count(".")) + 1
    if python.split(".")[:parts] != is_now.split(".")[:parts]:
        yield f"python: {python} then, {is_now} now"
    both_local = record.at("Skylift.backend") == prepared.target.backend == "local"
    if both_local and interpreter.get("freeze") != prepared.interpreter.freeze:
        before = known.packages(interpreter.get("freeze"))
        yield f"installed packages: {_versions(before, prepared.interpreter.packages, was, now)}"


def _locked(prepared: Prepared) -> dict[str, str] | None:
    lock = prepared.sources.known_lock
    rows = lock.data.get("packages") if lock is not None else None
    if not isinstance(rows, list):
        return None
    return {str(row.get("name")): str(row.get("version") or "-") for row in rows}


def _versions(
    before: Mapping[str, str] | None, after: Mapping[str, str] | None, was: object, now: object
) -> str:
    if was is None or now is None:
        return "there was none" if was is None else "there is none now"
    if before is None or after is None:
        return "others than then"
    changes = [_package(change) for change in package_changes(before, after)]
    return first_of(changes, _SHOWN) if changes else "the same versions, otherwise built"


def _package(change: PackageChange) -> str:
    if change.before and change.after:
        return f"{change.name} {change.before} then, {change.after} now"
    return f"{change.name} is {'gone' if change.before else 'new'}"


def _target(record: Record, prepared: Prepared) -> Iterator[str]:
    target = prepared.target
    pairs = [
        ("max-run", "StoppingCondition.MaxRuntimeInSeconds", target.max_run),
        ("instance-count", "ResourceConfig.InstanceCount", target.instance_count),
    ]
    if target.backend == "sagemaker":
        pairs.append(("instance-type", "ResourceConfig.InstanceType", target.instance_type))  # type: ignore[arg-type]
    for name, path, now in pairs:
        then = record.at(path)
        if then is not None and then != now:
            yield f"{name} of target {target.name}: {then} then, {now} now"


def _variables(record: Record, prepared: Prepared) -> Iterator[str]:
    """Variables of the job, and references to secrets; values of theirs are nobody's business."""
    found = record.at("Environment")
    then: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    secrets = {SECRET_PREFIX + name: text for name, text in prepared.job.secrets.items()}
    now = {**prepared.target.environment, **secrets}
    names = (then.keys() | now.keys()) - OF_OURS
    for name in sorted(names):
        if then.get(name) != now.get(name):
            kind = "secret" if name.startswith(SECRET_PREFIX) else "variable"
            yield f"{kind} {name.removeprefix(SECRET_PREFIX)}: what the config says of it has changed"
