"""Seconds of sampling in one step: passes over the logits, and what restricts or reports them.

Counted from vLLM's sampler (``v1/sample/sampler.py`` and ``v1/sample/ops``): every pass moves so
many bytes per logit at streaming bandwidth. What picks the most likely tokens differs by version:
a sort of the vocabulary, a Triton kernel with one row per multiprocessor, or FlashInfer.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from doctor.performance.costs import costs
from doctor.performance.roofline import Floats
from doctor.schema.setup import Sampling

Picker = Literal["sort", "triton", "flashinfer"]
"""What applies top-k and top-p."""

_SMALL_BATCH = 8
"""Below so many rows vLLM sorts instead of calling its Triton kernel (0.17 to 0.22)."""


def sampling_s(
    sampling: Sampling,
    vocabulary: int,
    rows: Floats,
    *,
    bandwidth: float,
    multiprocessors: int,
    picker: Picker,
) -> Floats:
    """Seconds per step with ``rows`` rows of logits; ``bandwidth`` is the device's peak in bytes/s."""
    c = costs()
    logits = rows * vocabulary
    seconds = logits * _bytes_per_logit(sampling) / (bandwidth * c.stream_fraction)
    if sampling.top_p < 1.0 or sampling.top_k > 0:
        seconds = seconds + _picking_s(sampling, vocabulary, rows, bandwidth, multiprocessors, picker)
    return np.asarray(seconds)


def penalty_host_s(sampling: Sampling, output_tokens: Floats) -> Floats:
    """Host seconds per step to hand over the tokens made so far, where a penalty needs them."""
    return output_tokens * (costs().penalty_token_s if penalises(sampling) else 0.0)


def penalises(sampling: Sampling) -> bool:
    """Whether any penalty is set."""
    return bool(sampling.presence_penalty or sampling.frequency_penalty or sampling.repetition_penalty != 1.0)


def _bytes_per_logit(sampling: Sampling) -> float:
    c = costs()
    moved = c.greedy_bytes if sampling.temperature == 0 else c.random_bytes
    if penalises(sampling):
        moved += c.penalty_bytes
    if sampling.logprobs is not None:
        moved += c.logprob_bytes
    if sampling.min_p > 0:
        moved += c.min_p_bytes
    return moved


def _picking_s(
    sampling: Sampling,
    vocabulary: int,
    rows: Floats,
    bandwidth: float,
    multiprocessors: int,
    picker: Picker,
) -> Floats:
    c = costs()
    logits = rows * vocabulary
    sort = logits / (c.sort_per_byte * bandwidth) + logits * c.sort_bytes / (bandwidth * c.stream_fraction)
    if picker == "sort":
        return np.asarray(sort)
    if picker == "flashinfer":
        return np.full_like(rows, c.flashinfer_s)
    per_logit = c.triton_top_k_s if sampling.top_k > 0 else c.triton_top_p_s
    waves = np.ceil(rows / multiprocessors)
    return np.where(rows < _SMALL_BATCH, sort, waves * vocabulary * per_logit)
