"""What is going to happen, and what was built: as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from skylift.report.text import duration, fields, safe, size, table
from skylift.values.plan import BuiltImage, ImagePlan, Plan, PlannedLayer
from skylift.values.settings import Origin


def plan_text(plan: Plan) -> str:
    rows: list[tuple[str, object]] = [("run", plan.run), ("target", f"{plan.target} ({plan.backend})")]
    rows += started(plan.command, plan.filled)
    blocks = [fields(rows)]
    if plan.image is not None:
        blocks.append(image_plan(plan.image))
    if plan.data:
        data = [
            (
                item.channel,
                str(item.folder),
                item.files,
                size(item.bytes),
                item.new_files,
                size(item.new_bytes),
            )
            for item in plan.data
        ]
        blocks.append(
            table(
                ("CHANNEL", "FOLDER", "FILES", "SIZE", "NEW", "TO SEND"), data, right=frozenset({2, 3, 4, 5})
            )
        )
    blocks.append("CreateTrainingJob " + json.dumps(plan.request, indent=2, ensure_ascii=True))
    blocks.extend(safe(note) for note in plan.notes)
    return "\n\n".join(blocks)


def started(command: str, filled: Mapping[str, str]) -> Sequence[tuple[str, object]]:
    """What a script is started with, and what of it the config filled."""
    said = [f"{name} = {template}" for name, template in filled.items()]
    rows = [("command", command), ("filled", "\n".join(said))]
    return [row for row in rows if row[1]]


def image_plan(plan: ImagePlan) -> str:
    new = [layer for layer in plan.layers if not layer.found]
    what = f"{len(new)} of {len(plan.layers)} layers are new, about {size(plan.new_bytes)} of input"
    head = fields(
        [("image", plan.repository), ("base", plan.base), ("tags", ", ".join(plan.tags)), ("new", what)]
    )
    return head + "\n\n" + layers(plan.layers)


def layers(found: Sequence[PlannedLayer]) -> str:
    rows = [(layer.title, size(layer.size), "there" if layer.found else "new") for layer in found]
    return table(("LAYER", "SIZE", ""), rows, right=frozenset({1}))


def built(image: BuiltImage) -> str:
    new = sum(1 for layer in image.layers if not layer.found)
    said = (
        f"{new} new layers of {len(image.layers)}, {size(image.bytes_sent)} sent, {duration(image.seconds)}"
    )
    return fields(
        [("image", image.reference or image.digest), ("tags", ", ".join(image.tags) or "-"), ("build", said)]
    )


def origins(found: Sequence[Origin], *, with_origin: bool) -> str:
    rows = [
        (item.key, json.dumps(item.value, default=str, ensure_ascii=False), item.origin) for item in found
    ]
    if with_origin:
        return table(("KEY", "VALUE", "ORIGIN"), rows)
    return table(("KEY", "VALUE"), [row[:2] for row in rows])
