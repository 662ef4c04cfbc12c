"""What a script is started with, as the runtime in the job will put it together: for people, before and afterwards."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from skylift.values.progress import Progress
from skylift.values.secrets import unless_secret
from skylift_runtime.arguments import Parameter, command_line, keyword_arguments, needed
from skylift_runtime.contract import Tree
from skylift_runtime.description import entry_point
from skylift_runtime.failure import Unusable
from skylift_runtime.templates import Places

if TYPE_CHECKING:
    from skylift.flow.preparing import Prepared

_LONGEST = 10_000
_OF_ITS_PLACE = ("gpus", "hosts", "rank", "run")
"""What is another in each job, and stays a name."""


def started(prepared: Prepared) -> dict[str, Any]:
    """For the record: the command line, and what the config filled of it, by the name of the parameter.

    Folders are those of the contract, whatever stands for them on this machine. What is a secret by its name is not in it.
    """
    job = json.loads(prepared.sources.description)["jobs"][prepared.job.name]
    given, templates = prepared.arguments.given, job["arguments"]
    places = _places(prepared)
    filled = needed(given, templates)
    hidden = {name: unless_secret(name, value) for name, value in given.items()}
    try:
        values = {**hidden, **places.expand_all(filled)}
        text = _text(job, values, prepared.arguments.raw, places)
    except (Unusable, ValueError, TypeError):
        # The job will say what is wrong with it.
        text = ""
    return {"command": text if len(text) <= _LONGEST else text[:_LONGEST] + "…", "filled": filled}


def _text(job: Mapping[str, Any], values: Mapping[str, Any], raw: tuple[str, ...], places: Places) -> str:
    entry = entry_point(job["entry_point"] or "", job["command"])
    if entry.kind == "notebook" or (entry.kind == "function" and not job["console"]):
        pairs = [f"{name}={value!r}" for name, value in keyword_arguments(values).items()]
        return f"{entry.target}({', '.join([*pairs, *map(repr, raw)])})"
    parameters = [Parameter(**fields) for fields in job["parameters"]]
    arguments = command_line(
        parameters, values, raw, has_commands=job["has_commands"], spelling=job["spelling"]
    )
    first = {"script": ["python", entry.target], "module": ["python", "-m", entry.target]}
    words = list(map(places.expand, entry.command)) or first.get(entry.kind, [entry.target])
    return shlex.join([*words, *arguments])


def _places(prepared: Prepared) -> Places:
    tree = Tree()
    named = {"model": tree.model, "output": tree.output_data, "checkpoints": tree.checkpoints}
    named |= {name: f"{{{name}}}" for name in _OF_ITS_PLACE}
    return Places(named, {name: tree.channel(name) for name in prepared.job.channels})


def concerns(prepared: Prepared) -> Iterator[Progress]:
    """What is allowed, and may not be what somebody wants; told before anything starts."""
    job = prepared.job
    templates = {_plain(name): template for name, template in job.arguments.items()}
    names = [item.partition("=")[0] for item in prepared.options.given]
    said = {
        _plain(name): name for name in (*names, *prepared.arguments.from_raw) if _plain(name) in templates
    }
    still = [template for name, template in templates.items() if name not in said]
    for plain, name in said.items():
        place = templates[plain]
        given = f"`{name}` is given, which the config fills with {place}: "
        if "{model}" in place and not any("{model}" in template for template in still):
            kept = "" if job.collect.get("model") else ", and nothing is left to be one"
            yield Progress("warning", f"{given}what is written elsewhere is not the model of the run{kept}")
        elif "{checkpoints}" in place:
            yield Progress("warning", f"{given}a run that is interrupted finds nothing to go on from")
    yield from _unsplit(prepared)


def _unsplit(prepared: Prepared) -> Iterator[Progress]:
    """A list of one item that has commas in it was meant as several, as a rule."""
    schema = prepared.sources.schemas[prepared.job.name]
    for item in prepared.options.given:
        name, _, value = item.partition("=")
        parameter = schema.find(name)
        if parameter is None or "," not in value or value.lstrip().startswith("["):
            continue
        if (parameter.action == "append" or parameter.nargs not in ("", "?")) and not parameter.separator:
            several = json.dumps([part.strip() for part in value.split(",")], ensure_ascii=False)
            yield Progress("note", f"`{name}` gets one item, {value!r}; for several: '{name}={several}'")


def _plain(name: str) -> str:
    return name.replace("_", "-")
