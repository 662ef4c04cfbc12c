"""Train the project you already have, here or on SageMaker, under one identical contract.

::

    from skylift import Project, RunOptions

    run = Project.load(".").run(RunOptions(target="docker", given=("epochs=3",)))
    print(run.wait().at("Skylift.metrics.best"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skylift.flow.preparing import RunOptions
    from skylift.flow.project import Project
    from skylift.flow.running import Run

__version__ = "0.1.0"
__all__ = ["Project", "Run", "RunOptions", "__version__"]

_HOMES = {
    "Project": "skylift.flow.project",
    "Run": "skylift.flow.running",
    "RunOptions": "skylift.flow.preparing",
}


def __getattr__(name: str) -> Any:
    # Loaded on demand: `skylift --help` imports this package too, and is there at once.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
