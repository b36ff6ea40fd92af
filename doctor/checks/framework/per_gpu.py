"""Judges each GPU and says the worst."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from doctor.checks.framework.contract import Judgement, skipped
from doctor.schema.environment import Environment, Gpu

NO_GPU = "no NVIDIA GPU here"

_WORST_FIRST = ("problem", "warning", "unknown", "ok", "skipped")


def per_gpu(environment: Environment, judge: Callable[[Gpu], Judgement]) -> Judgement:
    """The worst judgement over all GPUs, with the readings of every GPU that shares its state."""
    if not environment.gpus:
        return skipped(NO_GPU)
    judgements = [judge(gpu) for gpu in environment.gpus]
    state = min((judgement.state for judgement in judgements), key=_WORST_FIRST.index)
    alike = [(gpu, one) for gpu, one in zip(environment.gpus, judgements, strict=True) if one.state == state]
    _, first = alike[0]
    readings = tuple(reading for _, judgement in alike for reading in judgement.readings)
    return replace(first, summary=_summary(environment, alike), readings=readings)


def _summary(environment: Environment, alike: list[tuple[Gpu, Judgement]]) -> str:
    first = alike[0][1].summary
    if len(environment.gpus) == 1:
        return first
    if len(alike) == len(environment.gpus) and all(one.summary == first for _, one in alike):
        return f"all {len(alike)} GPUs: {first}"
    which = ", ".join(str(gpu.index) for gpu, _ in alike)
    return f"GPU {which}: {first}"


def where(gpu: Gpu, function: str) -> str:
    """Where a reading of this GPU comes from."""
    source = f"NVML {function}" if gpu.source == "NVML" else gpu.source
    return f"{source}, GPU {gpu.index}"
