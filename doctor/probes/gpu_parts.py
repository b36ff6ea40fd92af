"""The readings of a GPU that take more than one question to NVML."""

from __future__ import annotations

from doctor.nvml import Handle, Nvml
from doctor.probes.machine import Machine
from doctor.schema.environment import GpuProcess, MigSlice

_COMPUTE_MODES = {0: "default", 1: "exclusive thread", 2: "prohibited", 3: "exclusive process"}


def compute_mode(number: int | None) -> str | None:
    """NVML's number for the compute mode, in words."""
    return None if number is None else _COMPUTE_MODES.get(number, f"mode {number}")


def throttle_reasons(nvml: Nvml, handle: Handle) -> int | None:
    """The clock-event bit mask; drivers before 535 know it by its older name."""
    mask = nvml.ask("nvmlDeviceGetCurrentClocksEventReasons", handle)
    if mask is None:
        mask = nvml.ask("nvmlDeviceGetCurrentClocksThrottleReasons", handle)
    return None if mask is None else int(mask)


def memory_repairs(nvml: Nvml, handle: Handle) -> tuple[bool | None, bool | None]:
    """Whether a repair of the memory is pending, and whether one failed.

    From Ampere on rows are remapped; before, pages were retired.
    """
    rows = nvml.ask("nvmlDeviceGetRemappedRows", handle)
    if rows is not None:
        _corrected, _uncorrected, pending, failed = rows
        return bool(pending), bool(failed)
    retired = nvml.ask("nvmlDeviceGetRetiredPagesPendingStatus", handle)
    return (None if retired is None else bool(retired)), None


def nvlinks(nvml: Nvml, handle: Handle) -> tuple[int | None, int | None]:
    """How many NVLinks are up, and how many the GPU has; None where it has none to ask about."""
    states = []
    for link in range(nvml.constant("NVML_NVLINK_MAX_LINKS", 18)):
        state = nvml.ask("nvmlDeviceGetNvLinkState", handle, link)
        if state is None:
            break
        states.append(int(state))
    return (sum(states), len(states)) if states else (None, None)


def mig_slices(nvml: Nvml, handle: Handle) -> tuple[MigSlice, ...]:
    """The MIG instances of this GPU that this process may see."""
    slices = []
    for index in range(int(nvml.ask("nvmlDeviceGetMaxMigDeviceCount", handle) or 0)):
        instance = nvml.ask("nvmlDeviceGetMigDeviceHandleByIndex", handle, index)
        if instance is None:
            continue
        memory = nvml.ask("nvmlDeviceGetMemoryInfo", instance)
        attributes = nvml.ask("nvmlDeviceGetAttributes", instance)
        name = str(nvml.ask("nvmlDeviceGetName", instance) or "MIG instance")
        slices.append(
            MigSlice(
                profile=name.rpartition("MIG ")[2],
                memory_total_bytes=int(memory.total) if memory else None,
                multiprocessors=int(attributes.multiprocessorCount) if attributes else None,
            )
        )
    return tuple(slices)


def processes(machine: Machine, nvml: Nvml, handle: Handle) -> tuple[GpuProcess, ...] | None:
    """The processes with a compute context on the GPU."""
    listed = nvml.ask("nvmlDeviceGetComputeRunningProcesses", handle)
    if listed is None:
        return None
    return tuple(describe_process(machine, int(one.pid), one.usedGpuMemory) for one in listed)


def describe_process(machine: Machine, pid: int, memory_used_bytes: int | None) -> GpuProcess:
    """Name and owner of a process, from /proc; empty and None outside our PID namespace."""
    folder = f"/proc/{pid}"
    try:
        owner: int | None = machine.path(folder).stat().st_uid
    except OSError:
        owner = None
    return GpuProcess(
        pid=pid,
        name=machine.line(f"{folder}/comm") or "",
        memory_used_bytes=memory_used_bytes,
        same_user=None if owner is None else owner == machine.user_id,
    )


def numa_node(machine: Machine, nvml: Nvml, handle: Handle) -> int | None:
    """The node the GPU's slot belongs to, from /sys; the kernel writes -1 where it does not know."""
    pci = nvml.ask("nvmlDeviceGetPciInfo", handle)
    bus_id = getattr(pci, "busId", None)
    if isinstance(bus_id, bytes):
        bus_id = bus_id.decode(errors="replace")
    if not isinstance(bus_id, str):
        return None
    # NVML writes the PCI domain with eight digits, /sys with four.
    domain, _, rest = bus_id.lower().partition(":")
    node = machine.integer(f"/sys/bus/pci/devices/{domain[-4:]}:{rest}/numa_node")
    return node if node is not None and node >= 0 else None
