"""What travels in a push, and what is asked for."""

from __future__ import annotations

import pytest
from tests.unit.image.in_memory import BASE, TARGET, InMemoryRegistry, a_base, a_layer, a_recipe, tar_of

from skylift.errors import RegistryError, SkyliftError
from skylift.image.assemble import assemble
from skylift.image.cache import Known, known_layers
from skylift.image.push import LayerVanished, push
from skylift.image.recipe import Recipe
from skylift.image.validate import refuse_broken
from skylift.values.images import Image
from skylift.values.progress import silent
from skylift.values.references import Repository

LAYERS = (a_layer("environment"), a_layer("code"))
TAGS = ("c-1", "deps-1", "branch-main")


def with_base(registry: InMemoryRegistry) -> Recipe:
    base = a_base()
    for number, layer in enumerate(base.layers):
        registry.blobs[BASE.repository, layer.digest] = tar_of({f"file-{number}": ""})
    return a_recipe(base=base)


def with_layers(registry: InMemoryRegistry) -> Image:
    """An image whose own layers are in the target already, as after a build elsewhere."""
    for layer in LAYERS:
        registry.blobs[TARGET, layer.digest] = b"x" * layer.size
    return assemble(with_base(registry), LAYERS)


def test_base_layers_are_mounted_on_the_same_host() -> None:
    registry = InMemoryRegistry()
    image = with_layers(registry)
    result = push(registry, image, TARGET, TAGS, silent)
    assert registry.calls("put_blob") == [registry.calls("put_blob")[0]]
    assert result.reference == TARGET.at(image.digest)
    assert (result.blobs_sent, result.blobs_found, result.tags) == (1, 4, TAGS)
    assert registry.manifests[TARGET, image.digest] == image.manifest
    assert registry.manifests[TARGET, "branch-main"] == image.manifest


@pytest.mark.parametrize("target", [TARGET, Repository("elsewhere.test", "app")], ids=["202", "other-host"])
def test_base_layers_are_copied_where_they_can_not_be_mounted(target: Repository) -> None:
    registry = InMemoryRegistry(mounts=False)
    image = assemble(with_base(registry), ())
    result = push(registry, image, target, ["c-1"], silent)
    assert result.blobs_sent == 3
    assert all((target, layer.digest) in registry.blobs for layer in image.base.layers)
    # Blobs go up side by side, in no order.
    wanted = [] if target.host != BASE.repository.host else registry.calls("blob")
    assert sorted(registry.calls("mount_blob")) == sorted(wanted)


def test_nothing_is_asked_for_what_an_earlier_image_lists() -> None:
    registry = InMemoryRegistry()
    image = with_layers(registry)
    push(registry, image, TARGET, TAGS, silent)
    known = known_layers(registry, [TARGET.tag(tag) for tag in TAGS])
    registry.asked.clear()
    result = push(registry, image, TARGET, TAGS, silent, known=known)
    assert [line.split()[0] for line in registry.asked] == ["put_blob"]
    assert result.tags == TAGS


def test_only_tags_of_branches_move() -> None:
    registry = InMemoryRegistry()
    image = with_layers(registry)
    push(registry, image, TARGET, TAGS, silent)
    other = assemble(a_recipe(base=image.base, environment={"A": "1"}), LAYERS)
    result = push(registry, other, TARGET, TAGS, silent)
    assert result.tags == ("branch-main",)
    assert registry.manifests[TARGET, "c-1"] == image.manifest
    assert registry.manifests[TARGET, "branch-main"] == other.manifest


def test_an_image_without_a_free_tag_is_there_by_its_digest() -> None:
    registry = InMemoryRegistry()
    image = with_layers(registry)
    push(registry, image, TARGET, ["c-1"], silent)
    other = assemble(a_recipe(base=image.base, environment={"A": "1"}), LAYERS)
    assert push(registry, other, TARGET, ["c-1"], silent).tags == ()
    assert registry.manifests[TARGET, other.digest] == other.manifest


def test_a_layer_that_is_neither_here_nor_there_has_vanished() -> None:
    registry = InMemoryRegistry()
    image = assemble(with_base(registry), LAYERS)
    with pytest.raises(LayerVanished) as caught:
        push(registry, image, TARGET, TAGS, silent)
    assert set(caught.value.keys) <= {"environment", "code"}
    assert (TARGET, "branch-main") not in registry.manifests


def test_a_promise_that_the_registry_breaks_names_the_layers() -> None:
    registry = InMemoryRegistry()
    image = assemble(with_base(registry), LAYERS)
    own, base = {layer.digest for layer in LAYERS}, {layer.digest for layer in image.base.layers}
    known = Known(present=frozenset(own | base))
    with pytest.raises(LayerVanished) as caught:
        push(registry, image, TARGET, TAGS, silent, known=known)
    assert caught.value.keys == ("code", "environment")
    assert isinstance(caught.value, RegistryError)


def test_a_broken_image_is_not_pushed() -> None:
    image = assemble(a_recipe(), LAYERS)
    broken = Image(image.manifest, image.config, image.base, LAYERS[:1])
    with pytest.raises(SkyliftError, match="is broken"):
        refuse_broken(broken)
