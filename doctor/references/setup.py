"""From a reference run to the setup it describes, each setting published or assumed."""

from __future__ import annotations

from typing import Any

from doctor.schema.paths import is_setting
from doctor.schema.reference import LeftOut, ReferenceRun
from doctor.schema.setup import Origin, Setup


def reference_setup(reference: ReferenceRun) -> Setup:
    """The setup of a checked reference run.

    What the source states is marked published; what it leaves out holds the assumed value,
    marked assumed with the reason. What is neither stays at the engine's own default.
    """
    published = Origin(kind="published", note=reference.citation.title)
    content: dict[str, Any] = {
        "model": reference.model.model_dump(),
        "hardware": reference.hardware.model_dump(),
        "software": reference.software.model_dump(),
        "workload": dict(reference.workload),
        "sampling": dict(reference.sampling),
        "engine": dict(reference.engine),
    }
    origins = dict.fromkeys(_stated(reference), published)
    for left in reference.left_out:
        if is_setting(left.setting):
            _assume(content, left)
            origins[left.setting] = Origin(kind="assumed", note=left.why)
    return Setup.model_validate({**content, "origins": origins})


def _stated(reference: ReferenceRun) -> list[str]:
    paths = ["model.name"]
    for section in ("hardware", "software"):
        record = getattr(reference, section)
        paths += [
            f"{section}.{name}"
            for name in sorted(record.model_fields_set)
            if getattr(record, name) is not None
        ]
    for section in ("workload", "sampling", "engine"):
        paths += [f"{section}.{name}" for name in getattr(reference, section)]
    return paths


def _assume(content: dict[str, Any], left: LeftOut) -> None:
    section, *parents, name = left.setting.split(".", 2)
    place = content[section]
    for parent in parents:
        place = place.setdefault(parent, {})
    if left.assumed is not None:
        place[name] = left.assumed
