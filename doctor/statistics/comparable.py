"""What forbids comparing runs from two environments."""

from __future__ import annotations

from doctor.schema.environment import Environment, Gpu
from doctor.schema.setup import Scalar

PACKAGES = ("vllm", "torch")


def disagreements(a: Environment, b: Environment) -> tuple[str, ...]:
    """Everything that must agree between two environments and does not, in words; empty: compare.

    Interpreter, vLLM, torch, driver, GPUs with clock limit and power cap, usable CPUs, cgroup
    limits, and variables that steer the engine. Unknown on one side alone is a disagreement:
    agreement was then not shown.
    """
    pairs = [(name, first, second) for name, first, second in _facts(a, b) if first != second]
    return tuple(f"{name}: {_say(first)} against {_say(second)}" for name, first, second in pairs)


def _facts(a: Environment, b: Environment) -> list[tuple[str, Scalar, Scalar]]:
    facts: list[tuple[str, Scalar, Scalar]] = [
        ("Python", a.python_version, b.python_version),
        *((name, a.packages.get(name), b.packages.get(name)) for name in PACKAGES),
        ("GPU driver", a.driver_version, b.driver_version),
        ("CUDA version of the driver", a.cuda_driver_version, b.cuda_driver_version),
        ("CPU", a.cpu_model, b.cpu_model),
        ("usable CPU cores", a.cpus_usable, b.cpus_usable),
        ("cgroup CPU quota", a.cgroup_cpu_quota, b.cgroup_cpu_quota),
        ("cgroup memory limit in bytes", a.cgroup_memory_bytes, b.cgroup_memory_bytes),
        ("number of GPUs", len(a.gpus), len(b.gpus)),
    ]
    for first, second in zip(a.gpus, b.gpus, strict=False):
        facts += _gpu_facts(first, second)
    names = sorted({*a.engine_environment, *b.engine_environment})
    facts += [(name, a.engine_environment.get(name), b.engine_environment.get(name)) for name in names]
    return facts


def _gpu_facts(a: Gpu, b: Gpu) -> list[tuple[str, Scalar, Scalar]]:
    """Limits only: clocks and temperatures of the moment differ between any two readings."""
    return [
        (f"GPU {a.index}", a.name, b.name),
        (f"memory of GPU {a.index} in bytes", a.memory_total_bytes, b.memory_total_bytes),
        (f"SM clock limit of GPU {a.index} in MHz", a.sm_clock_max_mhz, b.sm_clock_max_mhz),
        (f"power cap of GPU {a.index} in W", a.power_limit_w, b.power_limit_w),
        (f"MIG on GPU {a.index}", a.mig_enabled, b.mig_enabled),
    ]


def _say(value: Scalar) -> str:
    return "unknown" if value is None else str(value)
