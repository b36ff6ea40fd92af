"""What a setup should reach on one device, by the performance model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.rates import Interval, Rates
from doctor.schema.record import Record
from doctor.schema.setup import Scalar

KernelBasis = Literal["calibration", "table", "carried over", "data sheet"]
"""Where kernel times come from, best first."""

QueueLimit = Literal["offered load", "max_num_seqs", "KV capacity"]
"""What keeps more requests from running, for most of the time."""


class Component(Record):
    """One part of the run's wall time."""

    name: str
    seconds: float
    fraction: float


class CurvePoint(Record):
    """The rate at one concurrency."""

    concurrency: int
    output_tokens_per_s: float
    total_tokens_per_s: float
    mean_tpot_s: float
    mean_ttft_s: float


class PredictedMemory(Record):
    """Where the device's memory goes, in bytes."""

    total: int
    weights: int
    activations: int
    outside_torch: int
    graphs: int
    kv_cache: int
    kv_bytes_per_token: int


class Prediction(Record):
    """One predicted run. Intervals are at their own ``level`` and never missing."""

    device: str
    device_name: str
    rates: Rates
    requests_per_s: Interval
    output_tokens_per_s: Interval
    total_tokens_per_s: Interval
    duration_s: float
    mean_tpot_s: float
    """Mean over requests of the time per output token after the first."""
    mean_ttft_s: float
    kernel_basis: KernelBasis
    kernel_source: str
    components: tuple[Component, ...]
    resource: str
    """The largest use of time: "weights", "KV reads", "compute", "host", …"""
    queue_limit: QueueLimit
    peak_running: int
    mean_running: float
    kv_cache_tokens: int
    kv_cache_tokens_given: bool
    """Told by the engine or the setup, rather than computed."""
    peak_kv_cache_usage: float
    sequences_that_fit: int
    preemptions: int
    recomputed_tokens: int
    limit_output_tokens_per_s: float
    """The same schedule with weights and KV once through memory and FLOPs at peak."""
    fraction_of_limit: float
    memory: PredictedMemory | None = None
    settings: Mapping[str, Scalar] = Field(default_factory=dict)
    """The engine settings predicted with, under vLLM's names."""
    curve: tuple[CurvePoint, ...] = ()
    knee_concurrency: int | None = None
    warnings: tuple[str, ...] = ()
