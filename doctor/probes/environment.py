"""The whole environment, one probe beside the other: one that fails becomes a note."""

from __future__ import annotations

import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from doctor.errors import QdoctorError
from doctor.probes.cpu import CpuReading, read_cpu
from doctor.probes.disks import read_disks
from doctor.probes.gpu import GpuReading, read_gpus
from doctor.probes.host import HostReading, read_host
from doctor.probes.limits import LimitsReading, read_limits
from doctor.probes.machine import Machine
from doctor.probes.packages import PackagesReading, read_packages
from doctor.probes.variables import engine_variables
from doctor.schema.environment import Disk, Environment

Reading = TypeVar("Reading")


def read_environment(engine_python: str, machine: Machine | None = None) -> Environment:
    """Read this machine and the packages of the engine's interpreter. Nothing is changed, nothing raises.

    What could not be read is None or empty, and ``notes`` says why.
    """
    machine = machine or Machine()
    notes: list[str] = []
    no_disks: tuple[Disk, ...] = ()
    no_variables: dict[str, str] = {}
    own_python = PackagesReading(python_version=platform.python_version())
    # The host first and alone: it looks at how busy the CPU is, and the other probes are work too.
    host = _isolated("host", lambda: read_host(machine), HostReading(), notes)
    with ThreadPoolExecutor(max_workers=2) as pool:  # the two that wait for others: a process and a driver
        packages = pool.submit(
            _isolated, "packages", lambda: read_packages(machine, engine_python), own_python, notes
        )
        gpu = pool.submit(_isolated, "gpu", lambda: read_gpus(machine), GpuReading(), notes)
        cpu = _isolated("cpu", lambda: read_cpu(machine), CpuReading(), notes)
        limits = _isolated("limits", lambda: read_limits(machine), LimitsReading(), notes)
        disks = _isolated("disks", lambda: read_disks(machine), no_disks, notes)
    variables = _isolated("variables", lambda: engine_variables(machine.environ), no_variables, notes)
    read = _compose(engine_python, cpu, host, limits, gpu.result(), packages.result())
    return read.model_copy(
        update={
            "disks": disks,
            "engine_environment": variables,
            "notes": (*gpu.result().notes, *sorted(notes)),
        }
    )


def _isolated(name: str, read: Callable[[], Reading], otherwise: Reading, notes: list[str]) -> Reading:
    try:
        return read()
    except QdoctorError as error:
        notes.append(f"{name}: {error.what}")
    except Exception as error:  # noqa: BLE001  one broken probe must not hide the others
        notes.append(f"{name}: this probe crashed: {type(error).__name__}: {error}")
    return otherwise


def _compose(
    engine_python: str,
    cpu: CpuReading,
    host: HostReading,
    limits: LimitsReading,
    gpu: GpuReading,
    packages: PackagesReading,
) -> Environment:
    return Environment(
        python_version=packages.python_version,
        engine_python=engine_python,
        operating_system=host.operating_system or platform.system(),
        kernel=host.kernel,
        container=host.container,
        virtualization=host.virtualization,
        wsl=host.wsl,
        cpu_model=cpu.model,
        cpu_flags=cpu.flags,
        cpus_usable=usable_cores(len(cpu.affinity), cpu.cores, limits.cpu_quota),
        cpus_machine=cpu.cores,
        cpu_affinity=cpu.affinity,
        cpu_governor=cpu.governor,
        cpu_clock_max_mhz=cpu.clock_max_mhz,
        numa_nodes=cpu.numa_nodes,
        load_1m=host.load_1m,
        cpu_busy_percent=host.cpu_busy_percent,
        memory_total_bytes=host.memory_total or 0,
        memory_available_bytes=host.memory_available or 0,
        swap_total_bytes=host.swap_total,
        swap_used_bytes=host.swap_used,
        shared_memory_total_bytes=host.shared_memory_total,
        shared_memory_free_bytes=host.shared_memory_free,
        cgroup_version=limits.cgroup_version,
        cgroup_cpu_quota=limits.cpu_quota,
        cgroup_cpu_throttled_fraction=limits.throttled_fraction,
        cgroup_memory_bytes=limits.memory_bytes,
        cgroup_memory_used_bytes=limits.memory_used_bytes,
        packages=packages.packages,
        vllm_importable=packages.vllm_importable,
        torch_cuda_version=packages.torch_cuda,
        torch_hip_version=packages.torch_hip,
        gpus=gpu.gpus,
        driver_version=gpu.driver_version,
        cuda_driver_version=gpu.cuda_driver_version,
    )


def usable_cores(affinity: int, cores: int | None, quota: float | None) -> int:
    """Whole cores that affinity and quota leave, at least one; vLLM counts them the same way.

    (vllm 0.32.0, ``utils/torch_utils.py``, ``available_cpu_count``.)
    """
    most = affinity or cores or 1
    return max(1, min(most, int(quota)) if quota is not None else most)
