"""A setup on a device with all that is derived from both before the replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doctor.errors import UsageError
from doctor.performance.architecture import Shape, shape_of
from doctor.performance.costs import costs
from doctor.performance.device import Device, device_for
from doctor.performance.engine_profile import EngineProfile, Usage, engine_profile
from doctor.performance.jobs import jobs_of
from doctor.performance.kernel_tables import KernelTable
from doctor.performance.memory import (
    GIB,
    MemoryBudget,
    bytes_per_element,
    memory_budget,
    model_dtype,
)
from doctor.performance.replay import replay
from doctor.performance.schedule import Job, Rules
from doctor.performance.step_time import StepTimes
from doctor.performance.timing import TimedRun, step_clock, time_run
from doctor.schema.setup import Architecture, Setup


@dataclass(frozen=True)
class Case:
    """A setup with all that was derived from it before the replay."""

    setup: Setup
    device: Device
    shape: Shape
    engine: EngineProfile
    budget: MemoryBudget
    rules: Rules
    kv_given: bool
    steps: StepTimes
    jobs: tuple[Job, ...]
    timed_arrivals: bool

    @property
    def kv_cache_tokens(self) -> int:
        """Tokens of KV cache."""
        return self.rules.num_gpu_blocks * self.rules.block_size


def prepare(
    setup: Setup,
    gpu: str | None = None,
    *,
    calibration: KernelTable | None = None,
    kv_cache_tokens: int | None = None,
    jobs: Sequence[Job] | None = None,
    usage: Usage | None = None,
    flashinfer: bool | None = None,
) -> Case:
    """Everything up to the replay: device, engine settings, memory, requests."""
    architecture = _architecture(setup)
    device = device_for(gpu, calibration)
    usage = device.usage(setup.workload, usage)
    engine = engine_profile(
        setup,
        device_name=device.name,
        device_memory_bytes=device.memory_bytes,
        usage=usage,
        graph_limit=device.graph_limit,
        flashinfer=flashinfer,
    )
    budget = _budget(setup, architecture, device, engine)
    blocks, given = _blocks(setup, budget, engine, kv_cache_tokens)
    requests = tuple(jobs) if jobs is not None else jobs_of(setup.workload, setup.sampling)
    return Case(
        setup=setup,
        device=device,
        shape=shape_of(architecture),
        engine=engine,
        budget=budget,
        rules=_rules(engine, blocks),
        kv_given=given,
        steps=_steps(setup, architecture, device, engine, requests),
        jobs=requests,
        timed_arrivals=any(job.arrival_s > 0 for job in requests),
    )


def run_case(case: Case, rules: Rules | None = None, *, max_concurrency: int | None = None) -> TimedRun:
    """Replay and time a case."""
    schedule = replay(
        rules or case.rules,
        case.jobs,
        max_concurrency=max_concurrency or case.setup.workload.max_concurrency,
        clock=step_clock(case.steps) if case.timed_arrivals else None,
    )
    return time_run(schedule, case.steps)


def _architecture(setup: Setup) -> Architecture:
    if (setup.engine.tensor_parallel_size or 1) > 1 or setup.hardware.count > 1:
        raise UsageError(
            "Predictions cover one GPU; communication between GPUs is not calibrated",
            where="tensor_parallel_size",
            next_step="Predict a model that fits one GPU, or measure with `qdoctor check`",
        )
    if setup.engine.quantization not in (None, "fp8"):
        raise UsageError(
            f"Predictions cover bf16 and fp8, not {setup.engine.quantization}",
            where="quantization",
            next_step="Measure with `qdoctor check`",
        )
    if setup.model.architecture is None:
        raise UsageError(
            f"The architecture of {setup.model.name} is not known",
            next_step="Give the model's config.json with --config",
        )
    return setup.model.architecture


def _budget(setup: Setup, architecture: Architecture, device: Device, engine: EngineProfile) -> MemoryBudget:
    given = setup.engine
    cpu_kv = given.kv_cache_memory_bytes or round(costs().cpu_kv_bytes)
    return memory_budget(
        architecture,
        device.memory_bytes,
        engine.gpu_memory_utilization,
        max_num_batched_tokens=engine.max_num_batched_tokens,
        max_num_seqs=engine.max_num_seqs,
        block_size=engine.block_size,
        dtype=given.dtype,
        kv_cache_dtype=given.kv_cache_dtype,
        quantization=given.quantization,
        graph_bytes=engine.graph_bytes,
        kv_cache_memory_bytes=cpu_kv if device.is_cpu else given.kv_cache_memory_bytes,
    )


def _blocks(
    setup: Setup, budget: MemoryBudget, engine: EngineProfile, kv_cache_tokens: int | None
) -> tuple[int, bool]:
    """Blocks, and whether somebody told them."""
    if kv_cache_tokens is not None:
        return kv_cache_tokens // engine.block_size, True
    if setup.engine.num_gpu_blocks_override is not None:
        return setup.engine.num_gpu_blocks_override, True
    if budget.blocks < 2:
        raise UsageError(
            f"{setup.model.name} leaves no room for a KV cache: weights take {budget.weights / GIB:.1f} GiB"
            f" of the {budget.usable / GIB:.1f} GiB that vLLM may use",
            next_step="Take a larger GPU, fp8 weights, or a higher gpu_memory_utilization",
        )
    return budget.blocks, setup.engine.kv_cache_memory_bytes is not None


def _rules(engine: EngineProfile, blocks: int) -> Rules:
    return Rules(
        num_gpu_blocks=blocks,
        block_size=engine.block_size,
        max_num_seqs=engine.max_num_seqs,
        max_num_batched_tokens=engine.max_num_batched_tokens,
        enable_prefix_caching=engine.enable_prefix_caching,
        enable_chunked_prefill=engine.enable_chunked_prefill,
        reserve_full_prompt=engine.reserve_full_prompt,
        watermark=engine.watermark,
    )


def _steps(
    setup: Setup, architecture: Architecture, device: Device, engine: EngineProfile, jobs: Sequence[Job]
) -> StepTimes:
    given = setup.engine
    dtype = model_dtype(architecture, given.dtype)
    kv = (
        model_dtype(architecture, given.dtype)
        if given.kv_cache_dtype in (None, "auto")
        else given.kv_cache_dtype
    )
    return StepTimes(
        shape_of(architecture),
        device.kernels,
        engine,
        setup.sampling,
        dtype="float32" if dtype in ("float32", "float") else "bfloat16",
        weight_dtype="fp8" if given.quantization == "fp8" else None,
        kv_bytes=bytes_per_element(str(kv)),
        mean_prompt=sum(job.prompt_tokens for job in jobs) / len(jobs),
        shared_tokens=min(job.shared_tokens for job in jobs) if engine.enable_prefix_caching else 0.0,
    )
