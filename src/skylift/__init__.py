"""Train the project you already have, here or on SageMaker, under one identical contract.

The same as on the command line, which uses nothing else::

    import skylift

    project = skylift.Project.load("flight-delays")
    run = project.run(target="docker", hyperparameters={"epochs": 5, "lr": 0.01})
    run.wait().status                    # "Completed"
    pandas.DataFrame(run.metrics)        # name, step, time, value
    run.artifacts.pull()                 # the folder with the model's files
    pandas.DataFrame(project.runs().rows())
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skylift.errors import ConfigError, JobFailed, JobStopped, NotReady, RemoteError, SkyliftError
    from skylift.flow.artifacts import Artifacts
    from skylift.flow.listed import Runs
    from skylift.flow.project import Project
    from skylift.flow.running import Run
    from skylift.values.plan import Plan
    from skylift.values.record import Record

__version__ = "0.1.0"
__all__ = [
    "Artifacts",
    "ConfigError",
    "JobFailed",
    "JobStopped",
    "NotReady",
    "Plan",
    "Project",
    "Record",
    "RemoteError",
    "Run",
    "Runs",
    "SkyliftError",
    "__version__",
]

_HOMES = {
    "errors": ("ConfigError", "JobFailed", "JobStopped", "NotReady", "RemoteError", "SkyliftError"),
    "flow.artifacts": ("Artifacts",),
    "flow.listed": ("Runs",),
    "flow.project": ("Project",),
    "flow.running": ("Run",),
    "values.plan": ("Plan",),
    "values.record": ("Record",),
}


def __getattr__(name: str) -> Any:
    # Loaded on demand: `skylift --help` imports this package too, and is there at once.
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"skylift.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
