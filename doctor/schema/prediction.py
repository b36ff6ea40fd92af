"""What a setup should reach on one device, by the performance model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.rates import Counts, Interval, Rates
from doctor.schema.record import Record
from doctor.schema.setup import Scalar

KernelBasis = Literal["calibration", "table", "carried over", "data sheet"]
"""Where kernel times come from, best first."""

QueueLimit = Literal["offered load", "max_num_seqs", "max_num_batched_tokens", "KV capacity"]
"""What keeps more requests from running, for most of the time."""


class Component(Record):
    """One part of the run's wall time."""

    name: str
    seconds: float
    fraction: float


class CurvePoint(Record):
    """What so many requests in flight give, with refills: three times as many requests in all."""

    concurrency: int
    output_tokens_per_s: Interval
    total_tokens_per_s: Interval
    mean_tpot_s: float
    mean_ttft_s: float
    mean_running: float
    """Requests running at once; fewer than ``concurrency`` where KV memory or seats run out."""
    preemptions: int
    mean_step_s: float
    components: tuple[Component, ...]
    """The split of the step time here."""


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

    basis: Literal["predicted"] = "predicted"
    """Always: nothing here was measured. Where kernel times come from is ``kernel_basis``."""
    model: str
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
    steps: int
    """Engine steps."""
    mean_step_s: float
    """Mean time of a step; times a component's fraction: that component's part of it."""
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
    memory: PredictedMemory
    settings: Mapping[str, Scalar] = Field(default_factory=dict)
    """The engine settings predicted with, under vLLM's names."""
    curve: tuple[CurvePoint, ...] = ()
    knee_concurrency: int | None = None
    warnings: tuple[str, ...] = ()


class Refused(Record):
    """A device on which a setup is not predicted, and why."""

    device: str
    why: str


class Advice(Record):
    """Capacity planning in five steps: what fits, what to run to confirm it, where to operate."""

    prediction: Prediction
    total_memory: int
    """1. Bytes that the device offers, and what the engine may use of them for the KV cache."""
    kv_cache_memory: int
    request_memory: int
    """2. Bytes of KV cache that one request keeps at its full length."""
    requests_that_fit: int
    """3. Full requests in the KV cache at once, without and with the margin."""
    margin: float
    requests_with_margin: int
    server_command: str
    """4. The engine as predicted, and the benchmark that confirms the operating point."""
    benchmark_command: str
    max_tpot_s: float | None = None
    """5. The bounds that were asked for, and the most requests in flight that keep them."""
    max_ttft_s: float | None = None
    operating_point: CurvePoint | None = None
    """None: no concurrency keeps the bounds on this device."""


class Standing(Record):
    """A measured or observed rate held against what the model predicts for the same run."""

    title: str
    source: Literal["measured here", "observed"]
    """Measured by this check on this card, or a figure somebody gave."""
    counts: Counts
    predicted: Interval
    """Tokens/s as ``counts`` says."""
    seen: Interval
    ratio: Interval
    """Seen over predicted; its interval holds the prediction's error, and the measurement's where known."""
    stands: Literal["below", "within", "above"]
    """Of the prediction's interval."""


class Forecast(Record):
    """What the model says of a check or a diagnosis. Only ``seen`` in the standings was measured."""

    there: Prediction | None = None
    """The published setup on the published card."""
    here: Prediction | None = None
    """The published setup on this machine's card; None without one, or where it is the same card."""
    user: Prediction | None = None
    """The user's setup on this machine's card, without one on the published card."""
    hardware: Interval | None = None
    """The factor on the rate that this machine's card stands for: ``here`` over ``there``."""
    standings: tuple[Standing, ...] = ()
    refused: tuple[str, ...] = ()
    """What is not predicted, and why."""

    @property
    def expected(self) -> Prediction | None:
        """What the published setup should give on this machine."""
        return self.here or self.there
