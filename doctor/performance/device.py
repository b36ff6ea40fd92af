"""What a prediction needs to know of the device it is for."""

from __future__ import annotations

from dataclasses import dataclass

from doctor.errors import UsageError
from doctor.performance.engine_profile import Usage
from doctor.performance.gpus import find_gpu
from doctor.performance.kernel_tables import KernelTable
from doctor.performance.kernel_times import KernelTimes, calibrated_times, kernel_times
from doctor.performance.memory import GIB
from doctor.schema.setup import Workload


@dataclass(frozen=True)
class Device:
    """A GPU by data sheet, or the machine that a calibration was measured on."""

    id: str
    name: str
    memory_bytes: int
    kernels: KernelTimes
    is_cpu: bool = False
    graph_limit: int = 512

    def usage(self, workload: Workload, usage: Usage | None) -> Usage:
        """How vLLM is used: as a server where a client paces the requests, else offline."""
        if usage is not None:
            return usage
        paced = workload.max_concurrency is not None or workload.request_rate_per_s is not None
        if self.is_cpu:
            return "cpu server" if paced else "cpu offline"
        return "server" if paced else "offline"


def device_for(gpu: str | None, calibration: KernelTable | None) -> Device:
    """The device; a calibration wins over the GPU's shipped table, and can stand alone."""
    if gpu is not None and gpu.lower() != "cpu":
        gpu_id, sheet = find_gpu(gpu)
        memory = (calibration.memory_bytes if calibration else None) or sheet.memory_bytes
        limit = 1024 if gpu_id.startswith("b") else 512
        return Device(gpu_id, sheet.name, memory, kernel_times(sheet, calibration), graph_limit=limit)
    if calibration is None:
        raise UsageError(
            "A prediction needs a GPU or a calibration of this machine",
            next_step="Give --gpu NAME, or run `qdoctor calibrate` and give --calibration FILE",
        )
    is_cpu = calibration.gpu == "cpu"
    memory = calibration.memory_bytes or 0
    if not memory and not is_cpu:
        memory = 80 * GIB
    kernels = calibrated_times(calibration, units=1) if is_cpu else calibrated_times(calibration)
    return Device(calibration.gpu, calibration.device, memory, kernels, is_cpu=is_cpu)
