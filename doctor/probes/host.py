"""The host: operating system, container, virtualisation, memory, load, disks."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass

from doctor.probes.machine import Machine


@dataclass(frozen=True)
class HostReading:
    """What this probe found; sizes in bytes."""

    operating_system: str = ""
    kernel: str = ""
    container: str | None = None
    virtualization: str | None = None
    wsl: bool = False
    load_1m: float | None = None
    cpu_busy_percent: float | None = None
    memory_total: int | None = None
    memory_available: int | None = None
    swap_total: int | None = None
    swap_used: int | None = None
    shared_memory_total: int | None = None
    shared_memory_free: int | None = None


def read_host(machine: Machine) -> HostReading:
    """Read the host; a tenth of a second lies between the two looks at the CPU's counters."""
    memory = _meminfo(machine)
    kernel = machine.line("/proc/sys/kernel/osrelease") or platform.release()
    swap_total, swap_free = memory.get("SwapTotal"), memory.get("SwapFree")
    shm_total, shm_free = file_system_bytes(machine, "/dev/shm")  # noqa: S108  the engine's own shared memory
    return HostReading(
        operating_system=_operating_system(machine),
        kernel=kernel,
        container=_container(machine),
        virtualization=_virtualization(machine, kernel),
        wsl="microsoft" in kernel.lower(),
        load_1m=_load(machine),
        cpu_busy_percent=_busy_percent(machine),
        memory_total=memory.get("MemTotal"),
        memory_available=memory.get("MemAvailable", memory.get("MemFree")),
        swap_total=swap_total,
        swap_used=swap_total - swap_free if swap_total is not None and swap_free is not None else None,
        shared_memory_total=shm_total,
        shared_memory_free=shm_free,
    )


def file_system_bytes(machine: Machine, path: str) -> tuple[int | None, int | None]:
    """Total and free bytes of the file system that holds the path."""
    try:
        figures = os.statvfs(machine.path(path))
    except OSError:
        return None, None
    return figures.f_blocks * figures.f_frsize, figures.f_bavail * figures.f_frsize


def _operating_system(machine: Machine) -> str:
    release = machine.text("/etc/os-release") or ""
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)"?$', release, re.MULTILINE)
    return found.group(1) if found else platform.system()


def _container(machine: Machine) -> str | None:
    if machine.environ.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if machine.exists("/run/.containerenv"):
        return "podman"
    if machine.exists("/.dockerenv"):
        return "docker"
    named = re.search(r"docker|kubepods|containerd|lxc|podman", machine.text("/proc/1/cgroup") or "")
    return {"kubepods": "kubernetes"}.get(named.group(), named.group()) if named else None


def _virtualization(machine: Machine, kernel: str) -> str | None:
    if "microsoft" in kernel.lower():
        return "wsl"
    product = " ".join(
        machine.line(f"/sys/class/dmi/id/{name}") or "" for name in ("sys_vendor", "product_name")
    )
    named = {"kvm": "kvm", "qemu": "kvm", "vmware": "vmware", "virtualbox": "virtualbox", "xen": "xen"}
    for sign, name in named.items():
        if sign in product.lower():
            return name
    info = machine.text("/proc/cpuinfo") or ""
    return "unknown hypervisor" if re.search(r"^flags\s*:.*\bhypervisor\b", info, re.MULTILINE) else None


def _load(machine: Machine) -> float | None:
    fields = (machine.line("/proc/loadavg") or "").split()
    try:
        return float(fields[0])
    except (IndexError, ValueError):
        return None


def _busy_percent(machine: Machine) -> float | None:
    before = _cpu_counters(machine)
    machine.pause(0.1)  # ten ticks of the kernel's counters: enough to tell idle from busy
    after = _cpu_counters(machine)
    if before is None or after is None or after[1] <= before[1]:
        return None
    busy = (after[0] - before[0]) / (after[1] - before[1])
    return round(100 * min(1.0, max(0.0, busy)), 1)


def _cpu_counters(machine: Machine) -> tuple[int, int] | None:
    """Busy and total ticks of all cores so far, from the first line of /proc/stat."""
    fields = (machine.text("/proc/stat") or "").partition("\n")[0].split()
    if len(fields) < 6 or fields[0] != "cpu" or not all(field.isdecimal() for field in fields[1:]):
        return None
    ticks = [int(field) for field in fields[1:9]]  # guest time is already part of user time
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _meminfo(machine: Machine) -> dict[str, int]:
    """/proc/meminfo in bytes; the kernel writes KiB and calls them kB."""
    lines = re.findall(r"^(\w+):\s+(\d+) kB$", machine.text("/proc/meminfo") or "", re.MULTILINE)
    return {name: int(kib) * 1024 for name, kib in lines}
