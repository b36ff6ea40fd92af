"""The CPU: model, cores, instruction sets, governor, NUMA nodes. Read from /proc and /sys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from doctor.probes.machine import Machine, cpu_list

# The instruction sets by which vLLM's CPU build picks its kernels (vllm 0.32.0, platforms/cpu.py
# and cmake/cpu_extension.cmake), and those of 64-bit Arm.
ENGINE_FLAGS = (
    "avx2",
    "avx512f",
    "avx512_bf16",
    "avx512_vnni",
    "amx_bf16",
    "amx_int8",
    "bf16",
    "asimd",
    "sve",
)


@dataclass(frozen=True)
class CpuReading:
    """What this probe found."""

    model: str = ""
    flags: tuple[str, ...] = ()
    cores: int | None = None
    affinity: tuple[int, ...] = ()
    governor: str | None = None
    clock_max_mhz: float | None = None
    numa_nodes: dict[int, tuple[int, ...]] = field(default_factory=dict)


def read_cpu(machine: Machine) -> CpuReading:
    """Read the CPU of this machine."""
    info = machine.text("/proc/cpuinfo") or ""
    affinity = tuple(sorted(machine.affinity()))
    return CpuReading(
        model=_field(info, "model name") or _field(info, "Model") or _field(info, "CPU part") or "",
        flags=_flags(info),
        cores=_cores(machine, info),
        affinity=affinity,
        governor=_governor(machine, affinity),
        clock_max_mhz=_clock_max(machine, affinity),
        numa_nodes=_numa_nodes(machine),
    )


def _field(info: str, name: str) -> str | None:
    found = re.search(rf"^{re.escape(name)}\s*:\s*(.+)$", info, re.MULTILINE)
    return found.group(1).strip() if found else None


def _flags(info: str) -> tuple[str, ...]:
    present = (_field(info, "flags") or _field(info, "Features") or "").split()
    return tuple(flag for flag in ENGINE_FLAGS if flag in present)


def _cores(machine: Machine, info: str) -> int | None:
    online = machine.line("/sys/devices/system/cpu/online")
    if online:
        return len(cpu_list(online)) or None
    return len(re.findall(r"^processor\s*:", info, re.MULTILINE)) or None


def _governor(machine: Machine, affinity: tuple[int, ...]) -> str | None:
    read = (machine.line(f"/sys/devices/system/cpu/cpu{core}/cpufreq/scaling_governor") for core in affinity)
    return ", ".join(sorted({governor for governor in read if governor})) or None


def _clock_max(machine: Machine, affinity: tuple[int, ...]) -> float | None:
    read = (
        machine.integer(f"/sys/devices/system/cpu/cpu{core}/cpufreq/cpuinfo_max_freq") for core in affinity
    )
    fastest_khz = max((khz for khz in read if khz), default=None)
    return fastest_khz / 1000 if fastest_khz else None


def _numa_nodes(machine: Machine) -> dict[int, tuple[int, ...]]:
    nodes = {}
    for node in cpu_list(machine.line("/sys/devices/system/node/online") or ""):
        cores = machine.line(f"/sys/devices/system/node/node{node}/cpulist")
        nodes[node] = cpu_list(cores or "")
    return nodes
