"""Secrets on the client's side: which may be, and what a job on this machine is handed besides its request.

Neither request nor intent holds a value. What only this machine knows goes from process to process
through pipes, down to the runtime's stdin: see docs/decisions/0009-secrets.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from skylift.errors import ConfigError, Issue, NotReady
from skylift.flow.world import Cloud
from skylift.host.processes import CommandFailed, run
from skylift.values.handed import NOTHING, Handed
from skylift.values.settings import JobSettings, TargetSettings
from skylift_runtime.contract import DEFAULT_JOB
from skylift_runtime.references import Reference, parse_reference

_ELSEWHERE = (
    "keep it in AWS Secrets Manager or in the Parameter Store, and name it there: "
    '"secretsmanager:ID" or "ssm:NAME"'
)


def check_secrets(job: JobSettings, target: TargetSettings, environment: Mapping[str, str]) -> None:
    """Say what can be known without asking anybody, before anything is made.

    :raises ConfigError: for secrets that this target's jobs could not have; every one of them.
    :raises NotReady: for variables that are not set here.
    """
    issues = [issue for name, text in job.secrets.items() for issue in _issues(job, target, name, text)]
    if issues:
        raise ConfigError(issues)
    missing = [
        f"{name} wants the variable {reference.name}"
        for name, reference in _references(job)
        if reference.kind == "env" and reference.name not in environment
    ]
    if missing:
        raise NotReady(
            f"a secret is not in the environment: {'; '.join(missing)}",
            hints=("set it in the shell that starts the job, or keep it in a keyring: keyring:SERVICE/USER",),
        )


def gather(job: JobSettings, target: TargetSettings, environment: Mapping[str, str], cloud: Cloud) -> Handed:
    """What a job on this machine has to be handed.

    :raises NotReady: when the keyring does not give a secret, or nobody is logged in to AWS.
    """
    if target.backend == "sagemaker":
        return NOTHING
    references = dict(_references(job))
    secrets = {
        name: environment[reference.name]
        if reference.kind == "env"
        else _of_keyring(name, reference, environment)
        for name, reference in references.items()
        if not reference.is_remote
    }
    remote = any(reference.is_remote for reference in references.values())
    return Handed(secrets, cloud.variables() if remote else {})


def _references(job: JobSettings) -> Iterator[tuple[str, Reference]]:
    for name, text in sorted(job.secrets.items()):
        yield name, parse_reference(text)


def _issues(job: JobSettings, target: TargetSettings, name: str, text: str) -> Iterator[Issue]:
    table = "secrets" if job.name == DEFAULT_JOB else f"jobs.{job.name}.secrets"
    where = f"[{table}] {name}"
    if name in target.environment:
        what = f"the environment of target `{target.name}` sets {name}, too"
        yield Issue(where, what, "keep one of the two; what stands in an environment is no secret")
    if target.backend != "sagemaker":
        return
    if not parse_reference(text).is_remote:
        what = f"{text} is known on this machine only, and does not travel to the target `{target.name}`"
        yield Issue(where, what, _ELSEWHERE)
    if target.request.get("EnableNetworkIsolation"):
        what = f"the jobs of target `{target.name}` are isolated from the network, so that none can fetch it"
        yield Issue(
            where,
            what,
            "take EnableNetworkIsolation out of the target's request, or the secret out of the job",
        )


def _of_keyring(name: str, reference: Reference, environment: Mapping[str, str]) -> str:
    service, _, user = reference.name.rpartition("/")
    hint = f"store it: keyring set {service} {user}"
    try:
        said = run(["keyring", "get", service, user], env=environment, hint="install it: pip install keyring")
    except CommandFailed as error:
        # What it printed could be the secret; what it complained of could not.
        why = error.stderr.splitlines()[-1] if error.stderr else "it has none of that name"
        raise NotReady(f"secret {name} ({reference.kind}:{reference.name}): {why}", hints=(hint,)) from None
    return said.removesuffix("\n")
