"""What the engine costs beside its kernels: whole steps that were measured, less what the model says.

The host's seconds per step, per running request and per prompt token are what is left over in a
few steps of the real engine: decoding at a small and a large batch, and prompts alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from doctor.performance.case import Case
from doctor.performance.kernel_tables import HostCost
from doctor.performance.roofline import Floats
from doctor.performance.step_time import Batches

SOURCE = "whole steps of the engine less its kernels"


def fit_host(case: Case, lines: Sequence[Mapping[str, Any]]) -> HostCost | None:
    """The host's cost from lines of the engine's worker; None without a decoding step.

    ``case`` holds the same model on the same kernels with a host that costs nothing.
    """
    decodes = sorted(
        (line for line in lines if line["kind"] == "step"), key=lambda line: int(line["decodes"])
    )
    if not decodes:
        return None
    batch = np.asarray([line["decodes"] for line in decodes], dtype=np.float64)
    context = np.asarray([line["context"] for line in decodes], dtype=np.float64)
    zero = np.zeros_like(batch)
    seen = np.asarray([line["seconds"] for line in decodes])
    left = seen - _kernels(case, Batches(batch, context, zero, zero, zero))
    slope = float(left[-1] - left[0]) / max(1.0, float(batch[-1] - batch[0]))
    per_request = max(0.0, slope)
    per_step = max(0.0, float(np.mean(left - per_request * batch)))
    return HostCost(
        per_step_s=per_step,
        per_request_s=per_request,
        per_token_s=_per_token(case, lines, per_step + per_request),
        source=SOURCE,
    )


def _per_token(case: Case, lines: Sequence[Mapping[str, Any]], before_s: float) -> float:
    """Seconds per prompt token that steps of one prompt take beyond kernels and ``before_s``."""
    prompts = [line for line in lines if line["kind"] == "prompt"]
    if not prompts:
        return 0.0
    tokens = np.asarray([line["tokens"] for line in prompts], dtype=np.float64)
    none, one = np.zeros_like(tokens), np.ones_like(tokens)
    attention = case.steps.prefill_attention(tokens, none)
    left = np.asarray([line["seconds"] for line in prompts]) - before_s
    left = left - _kernels(case, Batches(none, none, tokens, one, attention))
    return max(0.0, float(left @ tokens) / float(tokens @ tokens))


def _kernels(case: Case, batches: Batches) -> Floats:
    seconds = case.steps.components(batches)
    return np.asarray(
        sum((s for name, s in seconds.items() if name != "host"), np.zeros(len(batches.decodes)))
    )
