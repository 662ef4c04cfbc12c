"""Which layers an image has, and what moves their keys."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.unit.image.in_memory import a_base, a_recipe, a_wheel

from skylift.image.layout import VENV_PYTHON
from skylift.image.recipe import grouped, planned

MANY = tuple(a_wheel(f"package-{number}") for number in range(40))
BIG = (a_wheel("torch", 200 << 20), a_wheel("numpy", 20 << 20))


def test_the_order_is_environment_packages_runtime_code() -> None:
    items = planned(a_recipe(wheels=(*MANY, *BIG)))
    assert [item.kind for item in items] == ["environment", *["packages"] * 6, "runtime", "code"]
    assert [item.title for item in items[1:3]] == ["numpy 1.0", "torch 1.0"]
    assert (items[-2].title, items[-1].title) == ("runtime", "code")
    assert len({item.key for item in items}) == len(items)


def test_every_wheel_is_in_exactly_one_layer() -> None:
    layers = grouped((*MANY, *BIG), room=90)
    assert sorted(wheel for layer in layers for wheel in layer) == sorted((*MANY, *BIG))


def test_shuffled_wheels_give_the_same_plan() -> None:
    shuffled = [*MANY, *BIG]
    random.Random(7).shuffle(shuffled)
    assert planned(a_recipe(wheels=tuple(shuffled))) == planned(a_recipe(wheels=(*MANY, *BIG)))


def test_one_bump_changes_one_layer() -> None:
    before = planned(a_recipe(wheels=(*MANY, *BIG)))
    bumped = tuple(a_wheel("package-3", version="2.0") if w.name == "package-3" else w for w in MANY)
    after = planned(a_recipe(wheels=(*bumped, *BIG)))
    assert sum(one.key != other.key for one, other in zip(before, after, strict=True)) == 1


def test_a_new_package_shuffles_no_others() -> None:
    before = {item.key for item in planned(a_recipe(wheels=(*MANY, *BIG)))}
    after = {item.key for item in planned(a_recipe(wheels=(*MANY, *BIG, a_wheel("aaa"))))}
    assert len(after - before) == 1


def test_byte_code_and_python_are_part_of_the_keys_of_packages() -> None:
    recipe = a_recipe(wheels=BIG)
    base = replace(recipe.base, python="3.12")
    keys = {
        planned(variant)[1].key
        for variant in (recipe, replace(recipe, bytecode=True), replace(recipe, base=base))
    }
    assert len(keys) == 3
    assert VENV_PYTHON == "/opt/venv/bin/python"


def test_the_interpreter_moves_only_the_environment() -> None:
    recipe = a_recipe(wheels=BIG)
    moved = replace(recipe, base=replace(recipe.base, interpreter="/usr/local/bin/python3.11"))
    pairs = zip(planned(recipe), planned(moved), strict=True)
    assert [one.kind for one, other in pairs if one.key != other.key] == ["environment"]


def test_the_number_of_layers_stays_below_what_engines_take() -> None:
    wheels = tuple(a_wheel(f"big-{number}", (4 << 20) + number) for number in range(150))
    items = planned(a_recipe(base=a_base(layers=30), wheels=wheels))
    assert len(items) + 30 < 100
    assert sum(len(item.wheels) for item in items) == 150
