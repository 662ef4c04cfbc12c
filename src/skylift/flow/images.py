"""From the project to an image in a registry: lock, wheels, layers, push."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from skylift.errors import NotReady, UsageError
from skylift.flow.sources import Sources
from skylift.flow.world import Cloud
from skylift.host.files import read_source_text
from skylift.host.redaction import redact_text
from skylift.image.base import resolve_base
from skylift.image.build import build
from skylift.image.cache import Known, known_layers
from skylift.image.push import LayerVanished, push
from skylift.image.recipe import Recipe, planned
from skylift.image.tags import branch_tag, commit_tag, deps_tag
from skylift.packages.fetch import fetch
from skylift.packages.select import select
from skylift.project.files.stage import runtime_sources
from skylift.values.images import BaseImage, Descriptor, Image, Layer
from skylift.values.packages import Environment
from skylift.values.plan import BuiltImage, ImagePlan, PlannedLayer
from skylift.values.ports import Registry
from skylift.values.progress import Progress
from skylift.values.references import ImageReference, Repository, parse_image, parse_repository, slug

PLATFORM = "linux/amd64"
_NO_COMMIT = datetime(1980, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Destination:
    """Where the image goes, and the client that may write there."""

    registry: Registry
    repository: Repository
    make: Callable[[], object] = lambda: None
    """Makes the repository where it is not there yet; called only before a push."""


@dataclass(frozen=True)
class ImageWork:
    """An image that was thought through: its recipe, and what of it the registry already has."""

    sources: Sources
    destination: Destination
    recipe: Recipe
    known: Known
    tags: tuple[str, ...]

    @property
    def named(self) -> str:
        """The image by its tag, until the build gives the digest."""
        return f"{self.destination.repository}:{self.tags[0]}"

    def layers(self) -> tuple[PlannedLayer, ...]:
        found = []
        for item in planned(self.recipe):
            there = self.known.layers.get(item.key)
            found.append(
                PlannedLayer(item.title, item.key, there is not None, there.size if there else item.weight)
            )
        return tuple(found)

    def plan(self) -> ImagePlan:
        base = self.recipe.base
        rows = (*(self._base_layer(item) for item in base.layers), *self.layers())
        return ImagePlan(str(self.destination.repository), self.tags, str(base.reference), rows)

    def _base_layer(self, layer: Descriptor) -> PlannedLayer:
        registry, repository = self.destination.registry, self.destination.repository
        found = layer.digest in self.known.present or registry.has_blob(repository, layer.digest)
        return PlannedLayer(f"base {layer.digest[7:19]}", layer.digest, found, layer.size)

    def build(self) -> Image:
        return self._built(self.known.layers)

    def push(self) -> BuiltImage:
        """Build what is missing and push it; digest and tags are there when this returns."""
        clock = self.sources.world.clock
        began = clock.monotonic()
        registry, repository = self.destination.registry, self.destination.repository
        self.destination.make()
        report = self.sources.world.report
        image = self._built(self.known.layers)
        try:
            result = push(registry, image, repository, self.tags, report, known=self.known)
        except LayerVanished:
            # A record of the past must never break a build: make everything ourselves.
            image = self._built({})
            result = push(registry, image, repository, self.tags, report)
        seconds = clock.monotonic() - began
        return BuiltImage(
            image.digest, result.reference, result.tags, self.layers(), result.bytes_sent, seconds
        )

    def _built(self, known: Mapping[str, Layer]) -> Image:
        world = self.sources.world
        return build(
            self.recipe,
            known=known,
            wheel_paths=lambda wheels: fetch(wheels, world.cache, world.downloader(), world.report),
            cache=world.cache,
            environment=world.environment,
            report=world.report,
        )


@dataclass(frozen=True)
class MadeImage:
    """An image that a registry has already, and that is taken as it is."""

    reference: ImageReference

    @property
    def named(self) -> str:
        return str(self.reference)

    def plan(self) -> ImagePlan:
        return ImagePlan(str(self.reference.repository), (), str(self.reference), ())

    def push(self) -> BuiltImage:
        return BuiltImage(str(self.reference.digest), self.reference, (), (), 0, 0.0)


def made(text: str, where: Destination) -> MadeImage | None:
    """An image by its digest, where the registry that a run's image goes to still has it."""
    try:
        reference = parse_image(text)
    except UsageError:
        return None
    if reference.digest is None or reference.repository != where.repository:
        return None
    return MadeImage(reference) if where.registry.manifest(reference) is not None else None


def destination(sources: Sources, cloud: Cloud) -> Destination:
    """Where the config sends the image: a repository with its host, else the ECR of the account.

    :raises NotReady: when neither is known.
    """
    said = sources.settings.image.repository
    if _has_host(said):
        return Destination(sources.world.registry(), parse_repository(said))
    # ECR takes no repository name of a single character.
    name = said or slug(sources.settings.name.lower(), limit=200, allowed="a-z0-9").ljust(2, "0")
    if not _has_account(sources):
        raise NotReady(
            "no registry is named for the image",
            hints=(
                f'any registry you may push to: [image] repository = "localhost:5000/{name}"',
                'the ECR of your account: [aws] region = "eu-central-1"',
            ),
        )
    cloud.guard()
    repository = parse_repository(cloud.images.find_repository(name) or f"{cloud.registry_host()}/{name}")
    login = replace(cloud.images.login(), host=repository.host)
    client = sources.world.registry(login)
    return Destination(client, repository, lambda: cloud.images.ensure_repository(name))


def _has_account(sources: Sources) -> bool:
    aws, environment = sources.settings.aws, sources.world.environment
    variables = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE")
    return bool(aws.region or aws.profile) or any(environment.get(name) for name in variables)


def prepare(sources: Sources, where: Destination) -> ImageWork:
    """Ask what is there and think the image through. Reads registries and the lock; pushes nothing."""
    _refuse_credentials(sources)
    repository = where.repository
    followed = [tag for tag in (_branch(sources), "branch-main") if tag]
    earlier = known_layers(where.registry, [repository.tag(tag) for tag in dict.fromkeys(followed)])
    recipe = _recipe(sources, _base(sources, where, earlier))
    tags = _tags(recipe, sources)
    if not _dependencies(recipe) <= earlier.layers.keys():
        others = [repository.tag(tag) for tag in tags if tag not in followed]
        earlier = _merged(known_layers(where.registry, others), earlier)
    return ImageWork(sources, where, recipe, earlier, tags)


def _base(sources: Sources, where: Destination, earlier: Known) -> BaseImage:
    settings = sources.settings
    said = settings.image.base or f"python:{settings.python}-slim"
    sources.world.report(Progress("base", said))
    base = resolve_base(
        where.registry,
        parse_image(said),
        platform=PLATFORM,
        interpreter=settings.image.interpreter,
        cache=sources.world.cache,
        remembered=earlier.interpreters,
    )
    if base.python != settings.python:
        raise NotReady(
            f"the base image has Python {base.python}, the project wants {settings.python}",
            hints=(f'set python = "{base.python}", or a [image] base with Python {settings.python}',),
            base=str(base.reference),
        )
    return base


def _recipe(sources: Sources, base: BaseImage) -> Recipe:
    image, revision = sources.settings.image, sources.revision
    return Recipe(
        base=base,
        wheels=select(sources.lock, Environment(python=base.python)),
        code_root=sources.root,
        files=sources.files,
        description=sources.description,
        runtime=runtime_sources(),
        bytecode=image.bytecode,
        environment=image.environment,
        labels=_labels(sources),
        created=datetime.fromisoformat(revision.time) if revision.time else _NO_COMMIT,
    )


def _refuse_credentials(sources: Sources) -> None:
    """
    :raises NotReady: when a requirement file that ships names a user or a password in a URL.
    """
    shipped = {file.path for file in sources.files}
    for name in sources.settings.requirements:
        text = read_source_text(sources.root / name)
        if name in shipped and redact_text(text) != text:
            raise NotReady(
                f"{name} holds credentials in a URL, and it would ship in the image",
                hints=("keep them in netrc or in uv's own variables, or name the file in .skyliftignore",),
            )


def _dependencies(recipe: Recipe) -> set[str]:
    return {item.key for item in planned(recipe) if item.kind != "code"}


def _merged(first: Known, second: Known) -> Known:
    return Known(
        {**second.layers, **first.layers},
        first.present | second.present,
        {**second.tags, **first.tags},
        {**second.interpreters, **first.interpreters},
    )


def _branch(sources: Sources) -> str:
    return branch_tag(sources.revision.branch) if sources.revision.branch else ""


def _labels(sources: Sources) -> dict[str, str]:
    revision = sources.revision
    facts = {"project": sources.settings.name, "lock": sources.lock.digest, "dirty": revision.diff}
    labels = {"org.skylift.project": json.dumps(facts, sort_keys=True)}
    if revision.commit:
        labels["org.opencontainers.image.revision"] = revision.commit
    return labels


def _tags(recipe: Recipe, sources: Sources) -> tuple[str, ...]:
    commit = commit_tag(sources.revision) if sources.revision.commit else ""
    found = (commit, deps_tag(_dependencies(recipe)), _branch(sources))
    return tuple(tag for tag in found if tag)


def _has_host(repository: str) -> bool:
    first, slash, _ = repository.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")
