"""A job that knows nothing of us: what the official toolkit would do with it, done here.

No description of a project is in the image; the code lies in ``/opt/ml/code`` or where
``sagemaker_submit_directory`` says, and a variable or hyperparameter names the program.
"""

from __future__ import annotations

import os
import re
import sys

from skylift_runtime.config import Config
from skylift_runtime.contract import PROJECT_FILE, SKYLIFT_ROOT, Tree
from skylift_runtime.description import EntryPoint, Job
from skylift_runtime.failure import Unusable
from skylift_runtime.named import NamedTuple
from skylift_runtime.toolkit import (
    COMMAND,
    PACKAGE,
    ToolkitProgram,
    fetch,
    find_program,
    kind_of,
    module_of,
    requirements_command,
    shell_command,
    toolkit_arguments,
)
from skylift_runtime.workdir import WorkDirectory, in_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Dict, Iterator, List, Mapping

    from skylift_runtime.signals import Pause

# A name that begins with a dash would be an option of the interpreter.
_NAME = re.compile(r"[A-Za-z0-9_.+][A-Za-z0-9._+/-]*")


class DropIn(NamedTuple):
    """What is to be run, and where."""

    job: Job
    work: WorkDirectory
    command: List[str]
    """Empty for a script and a module, which are started by the bootstrap."""
    arguments: List[str]
    name: str
    """The program, as the job names it."""
    source: str
    """Where the code was said to be."""
    install: List[str]
    """What has to run first; empty when nothing has."""
    install_environ: Dict[str, str]
    """What only the installation has in its environment; its values are secrets."""
    notes: List[str]


def drop_in(environ: Mapping[str, str], config: Config, tree: Tree, pause: Pause) -> DropIn:
    """Lay the code out and say what is to be run.

    :raises Unusable: when nothing names a program, or its code can not be had.
    """
    program = find_program(environ, config.hyperparameters.service, tree.code)
    if program is None:
        raise Unusable(
            "nothing says what to run: there is no %s below $SKYLIFT_PROJECT or %s, and neither "
            "SAGEMAKER_PROGRAM nor the hyperparameter sagemaker_program names a program"
            % (PROJECT_FILE, SKYLIFT_ROOT)
        )
    if not _NAME.fullmatch(program.name) or ".." in program.name.split("/"):
        raise Unusable("%r is not a program: it wants the path of a file below the code" % program.name)
    fetched = fetch(program.source, tree.code, lambda address, into: _download(address, into, environ, pause))
    program = program._replace(kind=kind_of(program.name, tree.code))
    if not os.path.isfile(os.path.join(tree.code, program.name)):
        raise Unusable("the program %s is not in %s" % (program.name, tree.code))
    if program.kind == COMMAND:
        os.chmod(os.path.join(tree.code, program.name), 0o777)  # noqa: S103 - as the toolkit does
    arguments = toolkit_arguments(config.hyperparameters.user)
    install = requirements_command(program, tree.code, sys.executable) or []
    return DropIn(
        job=Job(tree.code, _entry_point(program), [], [], {}, {}, {}),
        work=in_place(tree.code),
        command=shell_command(program.name, arguments) if program.kind == COMMAND else [],
        arguments=arguments,
        name=program.name,
        source=program.source,
        install=install,
        install_environ=_index(environ, pause) if "-r" in install else {},
        notes=list(_notes(environ, program, tree, fetched=fetched)),
    )


def _download(address: str, into: IO[bytes], environ: Mapping[str, str], pause: Pause) -> None:
    # Only few jobs need it, and all would wait for what is imported here.
    from skylift_runtime.aws import Aws, Refused

    try:
        Aws(environ, pause).download(address, into)
    except Refused as refused:
        hint = ""
        if refused.code in ("AccessDenied", "HTTP 403"):
            hint = "; allow the job's role s3:GetObject on it"
        raise Unusable("the code at %s can not be fetched: %s%s" % (address, refused, hint)) from None


def _index(environ: Mapping[str, str], pause: Pause) -> Dict[str, str]:
    """The toolkit asks CodeArtifact only where there are requirements."""
    arn = environ.get("CA_REPOSITORY_ARN")
    if not arn:
        return {}
    from skylift_runtime.aws import Aws
    from skylift_runtime.codeartifact import index_of

    return {"PIP_INDEX_URL": index_of(arn, Aws(environ, pause))}


def _entry_point(program: ToolkitProgram) -> EntryPoint:
    if program.kind == PACKAGE:
        return EntryPoint("module", module_of(program.name))
    return EntryPoint(program.kind, program.name)


def _notes(
    environ: Mapping[str, str], program: ToolkitProgram, tree: Tree, *, fetched: bool
) -> Iterator[str]:
    if not fetched and program.source != tree.code:
        yield "%s is not empty, so the code at %s was not fetched" % (tree.code, program.source)
    if environ.get("SAGEMAKER_TRAINING_MODULE"):
        yield "SAGEMAKER_TRAINING_MODULE is not called: the program is started as it is"
