"""What was read of this machine, as facts by which causes judge: the names are those that readers of
foreign output give too (``doctor/evidence/nvidia_smi.py``, ``collect_env.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doctor.schema.environment import Environment, Gpu
from doctor.schema.evidence import Fact, Origin
from doctor.schema.setup import Scalar

_DRIVER_RESERVE_BYTES = 2 << 30
"""The driver itself keeps some hundred MiB of a data-centre GPU; more than this is a tenant."""


def environment_facts(environment: Environment, gpu_count: int = 1) -> tuple[Fact, ...]:
    """The facts of the machine and of the ``gpu_count`` GPUs that an engine takes; the worst GPU speaks."""
    return tuple(
        Fact(path=path, value=value, origin=Origin(file="environment.json", path=field, reader="probe"))
        for path, value, field in _readings(environment, engine_gpus(environment, gpu_count))
        if value is not None
    )


def engine_gpus(environment: Environment, count: int) -> tuple[Gpu, ...]:
    """The first ``count`` GPUs that CUDA_VISIBLE_DEVICES leaves; all, where it does not name numbers."""
    visible = str(environment.engine_environment.get("CUDA_VISIBLE_DEVICES", "")).split(",")
    numbers = [int(entry) for entry in visible if entry.strip().isdecimal()]
    gpus = [gpu for number in numbers for gpu in environment.gpus if gpu.index == number]
    return tuple(gpus or environment.gpus)[:count]


def _readings(environment: Environment, gpus: Sequence[Gpu]) -> Iterator[tuple[str, Scalar, str]]:
    yield "platform", environment.kernel or None, "kernel"
    yield "cpu.count", environment.cpus_usable, "cpus_usable"
    yield "cpu.quota_cores", environment.cgroup_cpu_quota, "cgroup_cpu_quota"
    for name, value in environment.engine_environment.items():
        yield f"env.{name}", _number(value), f"engine_environment.{name}"
    if not gpus:
        return
    yield "driver", environment.driver_version, "driver_version"
    yield "gpu.name", gpus[0].name, "gpus[0].name"
    yield "gpu.count", len(gpus), "gpus"
    yield "gpu.mig", any(gpu.mig_enabled for gpu in gpus), "gpus.mig_enabled"
    yield "gpu.power_limit_w", _least(gpu.power_limit_w for gpu in gpus), "gpus.power_limit_w"
    shares = [_share(gpu.power_limit_w, gpu.power_limit_default_w) for gpu in gpus]
    yield "gpu.power_limit_share", _least(shares), "gpus.power_limit_w / power_limit_default_w"
    widths = [_share(gpu.pcie_width, gpu.pcie_width_max) for gpu in gpus]
    yield "gpu.pcie_width_share", _least(widths), "gpus.pcie_width / pcie_width_max"
    yield "gpu.numa_local", _is_local(environment, gpus), "gpus.numa_node, cpu_affinity"
    if len(gpus) > 1 and any(gpu.nvlinks_total is not None for gpu in gpus):
        yield "gpu.nvlink", all(gpu.nvlinks_active for gpu in gpus), "gpus.nvlinks_active"
    yield "gpu.tenants", _tenants(gpus), "gpus.processes, before the engine was started"


def _tenants(gpus: Sequence[Gpu]) -> Scalar:
    """Who was on the GPUs before the engine was; False: nobody; None: the driver does not tell."""
    listed = [one for gpu in gpus for one in gpu.processes or ()]
    if listed:
        names = ", ".join(f"{one.name or 'process'} {one.pid}" for one in listed[:5])
        return f"{len(listed)} before the engine: {names}"
    held = max((gpu.memory_used_bytes or 0 for gpu in gpus), default=0)
    if held > _DRIVER_RESERVE_BYTES:
        return f"{held / (1 << 30):.1f} GiB held by processes that cannot be seen from here"
    return None if all(gpu.processes is None for gpu in gpus) else False


def _is_local(environment: Environment, gpus: Sequence[Gpu]) -> bool | None:
    """Whether every usable core lies in the node of every GPU; None where a node is not known."""
    nodes = {gpu.numa_node for gpu in gpus}
    if None in nodes or not environment.cpu_affinity or len(environment.numa_nodes) < 2:
        return None
    near = set().union(*(environment.numa_nodes.get(node, ()) for node in nodes if node is not None))
    return bool(near & set(environment.cpu_affinity))


def _number(value: Scalar) -> Scalar:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 12 else value


def _share(part: float | None, whole: float | None) -> float | None:
    return round(part / whole, 3) if part is not None and whole else None


def _least(values: Iterator[float | None] | Sequence[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)
