"""What is going to happen, what was understood, what was built: as text."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

from skylift.report.text import duration, fields, safe, size, table, width
from skylift.values.plan import BuiltImage, ImagePlan, Plan, PlannedLayer
from skylift.values.project import Detection, Understood
from skylift.values.settings import Origin


def plan_text(plan: Plan) -> str:
    rows: list[tuple[str, object]] = [("run", plan.run), ("target", f"{plan.target} ({plan.backend})")]
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


_COLUMNS = 80


def detection(found: Detection) -> str:
    """What was understood and why; fits a terminal of 80 columns."""
    widest = max((width(row.topic) for row in found.understood), default=0)
    blocks = [fields([(row.topic, _reasoned(row, _COLUMNS - widest - 2)) for row in found.understood])]
    if found.left_to_you:
        blocks.append("left to you:\n" + "\n".join(f"  - {safe(line)}" for line in found.left_to_you))
    return "\n\n".join(blocks)


def _reasoned(row: Understood, room: int) -> str:
    why = f"({row.why})" if row.sure else f"(a guess: {row.why})"
    if width(row.value) + width(why) + 2 <= room:
        return f"{row.value}  {why}"
    return "\n".join([*textwrap.wrap(row.value, room), *textwrap.wrap(why, room)])


def origins(found: Sequence[Origin], *, with_origin: bool) -> str:
    rows = [
        (item.key, json.dumps(item.value, default=str, ensure_ascii=False), item.origin) for item in found
    ]
    if with_origin:
        return table(("KEY", "VALUE", "ORIGIN"), rows)
    return table(("KEY", "VALUE"), [row[:2] for row in rows])
