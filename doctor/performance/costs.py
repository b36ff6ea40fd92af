"""What a step costs beside its measured kernels, and how far each source of kernel times may be off.

All values stand in ``costs.json``, each with its source. Names end in their unit: ``_s`` seconds,
``_bytes`` bytes (of sampling: per logit).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from doctor.schema.record import Record

Basis = Literal["calibration", "table", "carried over", "data sheet"]
_FILE = Path(__file__).with_suffix(".json")


class Sourced(Record):
    """One value of the world and where it was read."""

    value: float = Field(gt=0)
    source: str = Field(min_length=1)


class Costs(Record):
    """The values by name; what each is stands beside it in the file."""

    elementwise_launch_s: float
    elementwise_kernels: float
    stream_fraction: float
    step_launches: float
    step_launch_s: float
    expert_tile: float
    expert_launch_s: float
    expert_compute: float
    greedy_bytes: float
    random_bytes: float
    min_p_bytes: float
    penalty_bytes: float
    penalty_token_s: float
    logprob_bytes: float
    sort_per_byte: float
    sort_bytes: float
    triton_top_p_s: float
    triton_top_k_s: float
    flashinfer_s: float
    host_async_step_s: float
    host_request_s: float
    host_sync_step_s: float
    host_v0_step_s: float
    host_v0_request_s: float
    eager_layer_s: float
    compiled_layer_s: float
    l2_per_multiprocessor: float
    l2_share: float
    sustained_share: float
    cpu_cache_bytes: float
    cuda_graphs_bytes: float
    outside_torch_bytes: float
    cpu_kv_bytes: float


class Spread(Record):
    """Relative standard deviations of what a source of kernel times gives."""

    gemm: float
    decode_attention: float
    prefill_attention: float
    elementwise: float
    sampling: float
    experts: float
    machine: float
    """Common to all: one card against another of its kind."""
    source: str


class Efficiency(Record):
    """Measured fractions of the data sheet, where kernels were profiled but no table is shipped."""

    weight_stream: float = Field(gt=0, le=1)
    """Bandwidth reached by a GEMM of one row, over the data sheet's."""
    gemm: float = Field(gt=0, le=1)
    """FLOP/s reached by GEMMs of 2048 rows and more, over the data sheet's."""
    decode_attention: float = Field(gt=0, le=1)
    """Bandwidth reached by decode attention at batch 32 to 128."""
    prefill_attention: float = Field(gt=0, le=1)
    """FLOP/s reached by prefill attention of 1k to 4k tokens."""
    source: str = Field(min_length=1)


@cache
def costs() -> Costs:
    """What a step costs beside its kernels."""
    entries = {name: Sourced.model_validate(one) for name, one in _content()["costs"].items()}
    return Costs.model_validate({name: one.value for name, one in entries.items()})


@cache
def spread_of(basis: Basis) -> Spread:
    """How far kernel times of that source may be off."""
    return Spread.model_validate(_content()["spreads"][basis])


@cache
def typical() -> Efficiency:
    """What GPUs reach of their data sheets, where nothing else is known."""
    return Efficiency.model_validate(_content()["typical"])


@cache
def _content() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found
