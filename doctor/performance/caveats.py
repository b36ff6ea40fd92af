"""What a reader of a prediction has to know about it."""

from __future__ import annotations

from doctor.performance.device import Device
from doctor.performance.engine_profile import CURRENT, EngineProfile
from doctor.performance.schedule import Rules
from doctor.schema.setup import Setup


def caveats_of(
    setup: Setup, engine: EngineProfile, device: Device, rules: Rules, *, kv_given: bool
) -> tuple[str, ...]:
    """Sentences, the weightiest first."""
    found: list[str] = []
    basis = device.kernels.basis
    if basis == "data sheet":
        found.append("No kernel was measured on this GPU: data sheet times what GPUs typically reach.")
    if basis == "carried over":
        found.append("Kernel times were measured on a similar GPU and carried over by the data sheets.")
    if not engine.version_stated:
        found.append(
            f"The vLLM version is not stated: rules of {CURRENT[0]}.{CURRENT[1]} are used, and the interval"
            " reaches down to what an engine of 2024 would add per step."
        )
    elif engine.version < (0, 8):
        found.append("vLLM before 0.8 ran another scheduler (V0); it is approximated by V1's rules.")
    if setup.model.architecture and setup.model.architecture.extra.get("num_experts"):
        found.append("Experts are taken as evenly used; uneven routing and untuned kernels cost 10 to 20 %.")
    if not kv_given:
        found.append(
            "The KV cache was computed from the memory, ± 4 %; give --kv-cache-tokens where a log tells it."
        )
    if device.is_cpu and engine.block_size != rules.block_size:
        found.append("The block size differs from the CPU engine's default.")
    if setup.workload.num_prompts < 3 * min(engine.max_num_seqs, setup.workload.max_concurrency or 32):
        found.append("Few prompts: ramp and tail weigh on the whole-run rate.")
    return tuple(found)
