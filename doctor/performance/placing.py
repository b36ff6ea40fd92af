"""What a model takes of a GPU's memory, and how many sequences of a length that leaves room for."""

from __future__ import annotations

from doctor.errors import QdoctorError
from doctor.performance.architecture import parameters, shape_of
from doctor.performance.fitting import VISIBLE_SHARE, default_utilization, kv_cache_tokens_under
from doctor.performance.fitting import published_memory_bytes as published_memory
from doctor.performance.memory import kv_bytes_per_token, model_dtype, sequences_that_fit, weights_bytes
from doctor.performance.shortage import Ground
from doctor.schema.environment import Environment, Gpu
from doctor.schema.model_fit import ModelFit, Room, Weights
from doctor.schema.setup import Setup


def place(
    setup: Setup,
    weights: Weights,
    environment: Environment,
    *,
    vllm_version: str | None,
    architecture_from: str,
    tokens_per_sequence: int | None,
) -> ModelFit:
    """The model of a setup on this machine. What cannot be computed is None, with the reason."""
    known = ModelFit(
        name=setup.model.name,
        weights=weights,
        architecture=setup.model.architecture,
        architecture_from=architecture_from,
        tokens_per_sequence=tokens_per_sequence,
        gpu_memory_utilization=setup.engine.gpu_memory_utilization or default_utilization(vllm_version),
    )
    if setup.model.architecture is None:
        return known.model_copy(update={"refused": "its architecture is not known here"})
    try:
        return known.model_copy(update=_figures(setup, environment, known))
    except QdoctorError as error:
        return known.model_copy(update={"refused": error.what})


def _figures(setup: Setup, environment: Environment, known: ModelFit) -> dict[str, object]:
    architecture, engine = setup.model.architecture, setup.engine
    assert architecture is not None
    linear, other = parameters(shape_of(architecture))
    per_token = kv_bytes_per_token(architecture, kv_cache_dtype=engine.kv_cache_dtype, dtype=engine.dtype)
    figures: dict[str, object] = {
        "parameters": linear + other,
        "weights_bytes": weights_bytes(architecture, dtype=engine.dtype, quantization=engine.quantization),
        "kv_bytes_per_token": per_token,
        "kv_cache_dtype": engine.kv_cache_dtype or model_dtype(architecture, engine.dtype),
    }
    if environment.gpus:
        gpu = environment.gpus[0]
        figures["here"] = _room(
            _using(setup, known.gpu_memory_utilization),
            f"GPU {gpu.index}, {gpu.name}",
            _visible_bytes(gpu),
            known.tokens_per_sequence,
        )
    figures["no_room_here"] = _why_no_room(setup, environment)
    card = " ".join(filter(None, (setup.hardware.accelerator, setup.hardware.form_factor)))
    figures["published"] = _room(
        _using(setup, engine.gpu_memory_utilization or default_utilization(setup.software.version)),
        card,
        published_memory(setup),
        known.tokens_per_sequence,
    )
    return figures


def _why_no_room(setup: Setup, environment: Environment) -> str:
    if not environment.gpus:
        return "no NVIDIA GPU here"
    if setup.hardware.count > 1:
        return f"the reference spreads the model over {setup.hardware.count} GPUs"
    return "" if _visible_bytes(environment.gpus[0]) else "the driver does not tell the GPU's memory"


def _using(setup: Setup, utilization: float | None) -> Setup:
    engine = setup.engine.model_copy(update={"gpu_memory_utilization": utilization})
    return setup.model_copy(update={"engine": engine})


def _room(setup: Setup, memory_of: str, memory_bytes: int | None, length: int | None) -> Room | None:
    """What one card holds; None where the model is spread over several, or the memory is not known."""
    if memory_bytes is None or setup.hardware.count > 1:
        return None
    tokens = kv_cache_tokens_under(setup, memory_bytes) or 0
    return Room(
        memory_of=memory_of,
        memory_bytes=memory_bytes,
        kv_cache_tokens=tokens,
        sequences=sequences_that_fit(tokens, length, setup.engine.block_size or 16) if length else 0,
    )


def memory_here(environment: Environment) -> Ground:
    """The memory that an engine on this machine has."""
    return Ground(
        gpu_bytes=_visible_bytes(environment.gpus[0]) if environment.gpus else None,
        host_available_bytes=environment.memory_available_bytes,
        vllm_version=environment.packages.get("vllm"),
    )


def _visible_bytes(gpu: Gpu) -> int | None:
    """Of the GPU, or of its slice, what torch reports as total: a little less than the driver's figure."""
    total = gpu.mig_slices[0].memory_total_bytes if gpu.mig_slices else gpu.memory_total_bytes
    return None if total is None else round(total * VISIBLE_SHARE)
