"""The machine as label and value, the engine's own facts beside it. What was not read has no row."""

from __future__ import annotations

from dataclasses import dataclass

from doctor.reporting.numbers import as_printed, gibibytes, rate, scalar, seconds
from doctor.schema.environment import Environment, Gpu
from doctor.schema.report import Report
from doctor.schema.run import EngineFacts


@dataclass(frozen=True)
class Fact:
    """One fact, its value ready to be shown."""

    label: str
    value: str


def machine_facts(environment: Environment) -> tuple[Fact, ...]:
    """Operating system, processor and memory."""
    e = environment
    system = f"{e.operating_system}, {e.kernel}" if e.kernel else e.operating_system
    memory = f"{gibibytes(e.memory_available_bytes)} / {gibibytes(e.memory_total_bytes)}"
    return _present(
        ("Operating system", system),
        ("Python", e.python_version),
        ("Processor", e.cpu_model),
        ("Cores usable", str(e.cpus_usable)),
        ("CPU quota (cgroup), cores", _number(e.cgroup_cpu_quota)),
        ("Memory available / total", memory),
        ("Memory limit (cgroup)", gibibytes(e.cgroup_memory_bytes) if e.cgroup_memory_bytes else ""),
        ("GPU driver", e.driver_version or ""),
        ("CUDA of the driver", e.cuda_driver_version or ""),
    )


def gpu_facts(gpu: Gpu) -> tuple[Fact, ...]:
    """One GPU: memory, clocks, power, link."""
    used, total = gpu.memory_used_bytes, gpu.memory_total_bytes
    return _present(
        (
            "Memory used / total",
            f"{gibibytes(used)} / {gibibytes(total)}" if used is not None and total else "",
        ),
        ("SM clock now / highest, MHz", _pair(gpu.sm_clock_mhz, gpu.sm_clock_max_mhz)),
        ("Memory clock, MHz", _number(gpu.memory_clock_mhz)),
        ("Power limit / default, W", _pair(gpu.power_limit_w, gpu.power_limit_default_w)),
        ("Temperature, °C", _number(gpu.temperature_c)),
        ("Throttle reasons (mask)", f"{gpu.throttle_reasons:#x}" if gpu.throttle_reasons is not None else ""),
        ("MIG", "" if gpu.mig_enabled is None else scalar(gpu.mig_enabled)),
        ("PCIe generation now / highest", _pair(gpu.pcie_generation, gpu.pcie_generation_max)),
        ("PCIe lanes now / highest", _pair(gpu.pcie_width, gpu.pcie_width_max)),
    )


def engine_facts(report: Report) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
    """What each distinct engine said of itself, with the arms that ran on it."""
    arms: dict[str, list[str]] = {}
    facts: dict[str, EngineFacts] = {}
    for run in report.runs:
        if run.engine is not None:
            key = run.engine.model_copy(update={"start_s": None}).model_dump_json()
            facts.setdefault(key, run.engine)
            if run.arm not in arms.setdefault(key, []):
                arms[key].append(run.arm)
    return tuple((", ".join(arms[key]), _engine(engine)) for key, engine in facts.items())


def _engine(engine: EngineFacts) -> tuple[Fact, ...]:
    return _present(
        ("vLLM", engine.vllm_version),
        ("PyTorch", engine.torch_version),
        ("Python", engine.python_version),
        ("Device", ", ".join(x for x in (engine.device, engine.device_name) if x)),
        ("Data type", engine.model_dtype),
        ("KV cache, tokens", _number(engine.kv_cache_tokens)),
        ("KV blocks × block size", _blocks(engine)),
        ("max_model_len", _number(engine.max_model_len)),
        ("max_num_seqs", _number(engine.max_num_seqs)),
        ("max_num_batched_tokens", _number(engine.max_num_batched_tokens)),
        ("enforce_eager", "" if engine.enforce_eager is None else scalar(engine.enforce_eager)),
        (
            "enable_prefix_caching",
            "" if engine.enable_prefix_caching is None else scalar(engine.enable_prefix_caching),
        ),
        ("Engine start", seconds(engine.start_s) if engine.start_s is not None else ""),
        *((name, scalar(value)) for name, value in engine.resolved.items()),
    )


def _blocks(engine: EngineFacts) -> str:
    if engine.num_gpu_blocks is None:
        return ""
    return (
        f"{engine.num_gpu_blocks} × {engine.block_size}" if engine.block_size else str(engine.num_gpu_blocks)
    )


def _pair(now: float | None, most: float | None) -> str:
    if now is None:
        return ""
    return as_printed(now) if most is None else f"{as_printed(now)} / {as_printed(most)}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else rate(value) if value % 1 else as_printed(value)


def _present(*rows: tuple[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in rows if value)
