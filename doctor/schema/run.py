"""One repetition of one arm, as the engine delivered it. Raw values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.record import Record
from doctor.schema.setup import Scalar


class EngineFacts(Record):
    """What the engine says of itself once it stands. Empty or None: this version does not tell."""

    vllm_version: str
    torch_version: str = ""
    python_version: str = ""
    device: str = ""
    device_name: str = ""
    model_dtype: str = ""
    kv_cache_tokens: int | None = None
    num_gpu_blocks: int | None = None
    block_size: int | None = None
    max_model_len: int | None = None
    max_num_seqs: int | None = None
    max_num_batched_tokens: int | None = None
    enforce_eager: bool | None = None
    enable_prefix_caching: bool | None = None
    start_s: float | None = None
    resolved: Mapping[str, Scalar] = Field(default_factory=dict)


class EngineSample(Record):
    """The scheduler at one moment. ``t_s`` counts from the start of the timed region."""

    t_s: float
    running: int | None = None
    waiting: int | None = None
    kv_cache_usage: float | None = None
    """Fraction of KV blocks in use, 0 to 1."""
    preemptions: int | None = None
    """Preemptions so far in this run."""
    output_tokens: int = 0
    """Output tokens so far in this run."""
    prompt_tokens: int | None = None
    """Prompt tokens processed so far in this run (computed, or taken from the prefix cache)."""


class HostSample(Record):
    """The machine at one moment; GPU fields are None where there is no NVML."""

    t_s: float
    cpu_machine_percent: float | None = None
    cpu_engine_percent: float | None = None
    """CPU of the engine's processes; 100 is one full core."""
    memory_engine_bytes: int | None = None
    memory_available_bytes: int | None = None
    load_1m: float | None = None
    cpu_quota_periods: int | None = None
    """Periods of the control group's CPU quota since it was made; None where it has no quota."""
    cpu_quota_stopped: int | None = None
    """Those of them in which the group was stopped."""
    gpu_utilization_percent: float | None = None
    gpu_memory_used_bytes: int | None = None
    gpu_sm_clock_mhz: float | None = None
    gpu_memory_clock_mhz: float | None = None
    gpu_power_w: float | None = None
    gpu_temperature_c: float | None = None
    gpu_throttle_reasons: int | None = None
    """NVML's clock-event bit mask."""


class Run(Record):
    """One repetition of one arm.

    ``status`` invalid: it ran, but delivered other token counts than asked; failed: it did
    not finish. ``reason`` says why in words. The per-request tuples stand in request order.
    """

    arm: str
    repeat: int
    engine_start: int
    """Which start of the engine this ran in: repeats within one start share its noise."""
    position: int
    """The place in the order in which all runs were made."""
    status: Literal["ok", "invalid", "failed"]
    reason: str = ""
    started_at: str = ""
    """ISO 8601, UTC."""
    wall_s: float | None = None
    """The timed region: from handing over the first request to the last token."""
    prompt_tokens: tuple[int, ...] = ()
    output_tokens: tuple[int, ...] = ()
    finished_s: tuple[float, ...] = ()
    """When each request finished, from the start of the timed region."""
    first_token_s: tuple[float, ...] = ()
    """When each request had its first token, from the start of the timed region."""
    preemptions: int | None = None
    prefix_cache_queries: int | None = None
    prefix_cache_hits: int | None = None
    """Tokens found in the prefix cache, of those looked up."""
    engine: EngineFacts | None = None
    engine_samples: tuple[EngineSample, ...] = ()
    host_samples: tuple[HostSample, ...] = ()
    log_tail: tuple[str, ...] = ()
