"""What the record's types cannot say about a reference run: paths, bounds, and sums that must agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from doctor.schema.paths import is_setting, nearest_setting, refusal
from doctor.schema.reference import Figure, ReferenceRun
from doctor.schema.setup import Scalar
from doctor.schema.violations import shown

_REQUIRED = ("input_len", "output_len", "num_prompts")

AGREEMENT = 0.02
"""Figures of one run agree if they do to within 2 %: rounding of the lengths, no more."""


def complaints(reference: ReferenceRun) -> list[str]:
    """What is wrong, each as one sentence with its path; empty where nothing is."""
    return [
        *_texts("", reference.model_dump()),
        *_section("workload", reference.workload),
        *_section("sampling", reference.sampling),
        *_section("engine", reference.engine),
        *_hardware(reference),
        *_left_out(reference),
        *_required(reference),
        *_accounting(reference),
        *(contradictions(reference) if reference.contradiction is None else ()),
    ]


def contradictions(reference: ReferenceRun) -> list[str]:
    """Figures of one run whose requests/s, tokens/s and lengths do not agree."""
    lengths = (reference.workload.get("input_len"), reference.workload.get("output_len"))
    rate = next((figure for figure in reference.figures if figure.unit == "requests/s"), None)
    if rate is None or not all(isinstance(length, int) and length > 0 for length in lengths):
        return []
    input_len, output_len = (float(length) for length in lengths if isinstance(length, int))
    found = []
    for index, figure in enumerate(reference.figures):
        if figure.unit != "tokens/s" or figure.counts is None:
            continue
        per_request = output_len if figure.counts == "output" else input_len + output_len
        if not _agree(rate, figure, per_request):
            found.append(
                f"figures.{index}.value: {figure.value:g} {figure.counts} tokens/s does not agree with "
                f"{rate.value:g} requests/s of {per_request:g} {figure.counts} tokens each; correct one, "
                "or say under contradiction how the source contradicts itself"
            )
    return found


def _agree(rate: Figure, tokens: Figure, per_request: float) -> bool:
    # A rate printed as 0.14 may be anything from 0.135 to 0.145.
    rounding = 0.5 * 10.0 ** -_decimals(rate.value)
    tolerance = rounding * per_request + AGREEMENT * tokens.value
    return abs(rate.value * per_request - tokens.value) <= tolerance


def _decimals(value: float) -> int:
    return len(repr(value).partition(".")[2]) if "e" not in repr(value) else 0


def _texts(path: str, content: object) -> Iterator[str]:
    # Whatever stands in the file is printed to terminals and into reports.
    if isinstance(content, Mapping):
        for name, inner in content.items():
            yield from _texts(f"{path}.{name}".lstrip("."), inner)
    elif isinstance(content, list | tuple):
        for index, inner in enumerate(content):
            yield from _texts(f"{path}.{index}", inner)
    elif isinstance(content, str) and not content.replace("\n", "").isprintable():
        yield f"{path}: {shown(content)} is not allowed, it must not contain control characters"


def _section(section: str, fields: Mapping[str, Scalar]) -> Iterator[str]:
    for name, value in fields.items():
        yield from _value(f"{section}.{name}", value)


def _value(path: str, value: Scalar) -> Iterator[str]:
    if not is_setting(path):
        near = nearest_setting(path)
        hint = f", did you mean {near}?" if near else ""
        yield f"{path}: there is no such setting{hint}"
    elif (why := refusal(path, value)) is not None:
        yield f"{path}: {shown(value)} is not allowed, it {why}"


def _hardware(reference: ReferenceRun) -> Iterator[str]:
    for name, value in reference.hardware.model_dump().items():
        yield from _value(f"hardware.{name}", value)


def _left_out(reference: ReferenceRun) -> Iterator[str]:
    stated = {
        f"{section}.{name}"
        for section in ("workload", "sampling", "engine", "hardware", "software")
        for name in _stated(reference, section)
    }
    for index, left in enumerate(reference.left_out):
        # What no field of ours holds is named in words ("warm-up"); a dot without a space is a path.
        if " " in left.setting or "." not in left.setting:
            continue
        place = f"left_out.{index}.setting"
        if left.setting in stated:
            yield f"{place}: {left.setting} is stated above, so it is not left out"
        elif left.assumed is not None or not is_setting(left.setting):
            yield from (f"left_out.{index}: {complaint}" for complaint in _value(left.setting, left.assumed))


def _stated(reference: ReferenceRun, section: str) -> list[str]:
    content = getattr(reference, section)
    if isinstance(content, Mapping):
        return list(content)
    return [name for name in content.model_fields_set if getattr(content, name) is not None]


def _required(reference: ReferenceRun) -> Iterator[str]:
    assumed = {left.setting for left in reference.left_out if left.assumed is not None}
    for name in _REQUIRED:
        if name not in reference.workload and f"workload.{name}" not in assumed:
            yield (
                f"workload.{name}: this is missing; state it, or name it under left_out with what is assumed"
            )


def _accounting(reference: ReferenceRun) -> Iterator[str]:
    for index, figure in enumerate(reference.figures):
        if figure.unit == "tokens/s" and figure.counts is None:
            yield f"figures.{index}.counts: a tokens/s figure must say what it counts, output or total"
        if figure.unit != "tokens/s" and figure.counts is not None:
            yield f"figures.{index}.counts: only tokens/s count tokens, this one is in {figure.unit}"
    if not any(figure.unit in ("tokens/s", "requests/s") for figure in reference.figures):
        yield "figures: at least one must be in tokens/s or requests/s"
