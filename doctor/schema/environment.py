"""The machine and its software, as read before a run."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from doctor.schema.record import Record
from doctor.schema.setup import Scalar


class GpuProcess(Record):
    """A process that holds a context on a GPU."""

    pid: int
    name: str = ""
    """The kernel's short name of the process; empty where it lies outside our PID namespace."""
    memory_used_bytes: int | None = None
    same_user: bool | None = None
    """Whether it runs as the user who asks; None where its owner cannot be seen."""


class MigSlice(Record):
    """One MIG instance of a GPU, as far as this process may see it."""

    profile: str
    """The slice's name, as the driver gives it: ``3g.71gb``."""
    memory_total_bytes: int | None = None
    multiprocessors: int | None = None


class Gpu(Record):
    """One GPU as NVML tells it. None: the driver does not support that query."""

    index: int
    name: str
    source: str = "NVML"
    """Where the readings come from: ``NVML`` or ``nvidia-smi -q``."""
    compute_capability: str | None = None
    """As in ``8.0`` for an A100."""
    memory_total_bytes: int | None = None
    memory_used_bytes: int | None = None
    """What the driver counts as used; its own reserve is part of it."""
    processes: tuple[GpuProcess, ...] | None = None
    """The processes with a compute context. None: the driver would not list them."""
    utilization_percent: float | None = None
    performance_state: int | None = None
    """0 is the fastest state, 8 and above are idle states."""
    sm_clock_mhz: float | None = None
    sm_clock_max_mhz: float | None = None
    sm_clock_application_mhz: float | None = None
    sm_clock_application_default_mhz: float | None = None
    memory_clock_mhz: float | None = None
    memory_clock_max_mhz: float | None = None
    power_draw_w: float | None = None
    power_limit_w: float | None = None
    power_limit_default_w: float | None = None
    power_limit_max_w: float | None = None
    temperature_c: float | None = None
    temperature_slowdown_c: float | None = None
    """At this temperature the hardware slows its clocks down."""
    throttle_reasons: int | None = None
    """NVML's clock-event bit mask."""
    ecc_enabled: bool | None = None
    ecc_uncorrected_errors: int | None = None
    """Uncorrected memory errors since the driver was loaded."""
    repairs_pending: bool | None = None
    """A row remap or a page retirement waits for a reset of the GPU."""
    repairs_failed: bool | None = None
    """A row could not be remapped: the memory is to be replaced."""
    mig_enabled: bool | None = None
    mig_slices: tuple[MigSlice, ...] = ()
    persistence_enabled: bool | None = None
    compute_mode: str | None = None
    """``default``, ``exclusive process`` or ``prohibited``."""
    pcie_generation: int | None = None
    pcie_generation_max: int | None = None
    """The fastest generation that this GPU in this slot can have."""
    pcie_width: int | None = None
    pcie_width_max: int | None = None
    """The lanes the GPU itself has."""
    nvlinks_active: int | None = None
    nvlinks_total: int | None = None
    numa_node: int | None = None
    """The NUMA node whose cores and memory lie nearest."""


class Disk(Record):
    """A file system on which the engine keeps something."""

    purpose: str
    """``model cache``, ``compile cache`` or ``temporary files``."""
    path: str
    filesystem: str = ""
    total_bytes: int | None = None
    free_bytes: int | None = None


class Environment(Record):
    """What runs must agree on before they may be compared, and what explains them."""

    python_version: str
    """Of the engine's interpreter; of our own where that one does not answer (a note says so)."""
    engine_python: str = ""
    """The interpreter whose packages these are, as it was given."""
    operating_system: str
    kernel: str = ""
    container: str | None = None
    """``docker``, ``podman``, ``kubernetes``, …; None where no sign of one was found."""
    virtualization: str | None = None
    """``kvm``, ``vmware``, ``wsl``, …; ``unknown hypervisor`` where only the CPU flag tells."""
    wsl: bool | None = None
    cpu_model: str = ""
    cpu_flags: tuple[str, ...] = ()
    """Of the instruction sets that the engine's CPU kernels ask for, those this CPU has."""
    cpus_usable: int
    """Cores this process may use: affinity and cgroup quota."""
    cpus_machine: int | None = None
    """Cores that the machine shows, usable or not; hardware threads count one each."""
    cpu_affinity: tuple[int, ...] = ()
    cpu_governor: str | None = None
    """The frequency governor of the usable cores; several are joined with a comma."""
    cpu_clock_max_mhz: float | None = None
    numa_nodes: Mapping[int, tuple[int, ...]] = Field(default_factory=dict)
    """NUMA node → its cores."""
    load_1m: float | None = None
    cpu_busy_percent: float | None = None
    """Of all cores together, over a tenth of a second before the engine was started."""
    memory_total_bytes: int
    memory_available_bytes: int
    swap_total_bytes: int | None = None
    swap_used_bytes: int | None = None
    shared_memory_total_bytes: int | None = None
    """The size of /dev/shm, through which the engine's processes talk."""
    shared_memory_free_bytes: int | None = None
    cgroup_version: int | None = None
    cgroup_cpu_quota: float | None = None
    """In cores."""
    cgroup_cpu_throttled_fraction: float | None = None
    """Share of the quota's periods in which the group was stopped, since it was made."""
    cgroup_memory_bytes: int | None = None
    cgroup_memory_used_bytes: int | None = None
    disks: tuple[Disk, ...] = ()
    packages: Mapping[str, str] = Field(default_factory=dict)
    """Distribution name → version, of the engine's interpreter; only what bears on throughput."""
    vllm_importable: bool | None = None
    """Whether that interpreter's path holds a ``vllm`` folder, whatever distribution it came with."""
    torch_cuda_version: str | None = None
    """The CUDA version torch was built for; empty: a build without CUDA; None: not found."""
    torch_hip_version: str | None = None
    gpus: tuple[Gpu, ...] = ()
    driver_version: str | None = None
    cuda_driver_version: str | None = None
    """The newest CUDA version that the driver can serve."""
    engine_environment: Mapping[str, Scalar] = Field(default_factory=dict)
    """Environment variables that steer the engine; names with secrets never stand here."""
    notes: tuple[str, ...] = ()
