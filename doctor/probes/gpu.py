"""The GPUs, asked through NVML; where NVML is missing, read from the text of ``nvidia-smi -q``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from doctor.nvml import DriverLostError, DriverUnavailableError, Handle, Nvml, nvml_session
from doctor.probes.gpu_parts import (
    compute_mode,
    memory_repairs,
    mig_slices,
    numa_node,
    nvlinks,
    processes,
    throttle_reasons,
)
from doctor.probes.machine import Machine
from doctor.probes.nvidia_smi import read_nvidia_smi
from doctor.schema.environment import Gpu


@dataclass(frozen=True)
class GpuReading:
    """What this probe found, and in ``notes`` what kept it from finding more."""

    gpus: tuple[Gpu, ...] = ()
    driver_version: str | None = None
    cuda_driver_version: str | None = None
    notes: tuple[str, ...] = ()


def read_gpus(machine: Machine) -> GpuReading:
    """Every GPU this process may see."""
    try:
        with nvml_session(machine.load_nvml) as nvml:
            return _through_nvml(machine, nvml)
    except (DriverUnavailableError, DriverLostError) as error:
        gpus, driver, cuda = read_nvidia_smi(machine)
        return GpuReading(gpus, driver, cuda, (f"NVML: {error}",))


def _through_nvml(machine: Machine, nvml: Nvml) -> GpuReading:
    gpus = tuple(_read_gpu(machine, nvml, index, handle) for index, handle in enumerate(nvml.handles()))
    cuda = nvml.ask("nvmlSystemGetCudaDriverVersion_v2")
    missing = sorted(set(nvml.unanswered))
    notes = (f"NVML did not answer: {', '.join(missing)}",) if missing else ()
    return GpuReading(
        gpus=gpus,
        driver_version=nvml.ask("nvmlSystemGetDriverVersion"),
        # NVML writes 12.4 as 12040.
        cuda_driver_version=f"{cuda // 1000}.{cuda % 1000 // 10}" if cuda else None,
        notes=notes,
    )


def _read_gpu(machine: Machine, nvml: Nvml, index: int, handle: Handle) -> Gpu:
    ask = _Asker(nvml, handle)
    memory = ask.answer("nvmlDeviceGetMemoryInfo")
    utilization = ask.answer("nvmlDeviceGetUtilizationRates")
    capability = ask.answer("nvmlDeviceGetCudaComputeCapability")
    ecc, mig = ask.answer("nvmlDeviceGetEccMode"), ask.answer("nvmlDeviceGetMigMode")
    sm, memory_clock = nvml.constant("NVML_CLOCK_SM", 1), nvml.constant("NVML_CLOCK_MEM", 2)
    pending, failed = memory_repairs(nvml, handle)
    active, links = nvlinks(nvml, handle)
    return Gpu(
        index=index,
        name=str(ask.answer("nvmlDeviceGetName") or "unknown GPU"),
        compute_capability=f"{capability[0]}.{capability[1]}" if capability else None,
        memory_total_bytes=int(memory.total) if memory else None,
        memory_used_bytes=int(memory.used) if memory else None,
        processes=processes(machine, nvml, handle),
        utilization_percent=float(utilization.gpu) if utilization else None,
        performance_state=_performance_state(ask),
        sm_clock_mhz=ask.number("nvmlDeviceGetClockInfo", sm),
        sm_clock_max_mhz=ask.number("nvmlDeviceGetMaxClockInfo", sm),
        sm_clock_application_mhz=ask.number("nvmlDeviceGetApplicationsClock", sm),
        sm_clock_application_default_mhz=ask.number("nvmlDeviceGetDefaultApplicationsClock", sm),
        memory_clock_mhz=ask.number("nvmlDeviceGetClockInfo", memory_clock),
        memory_clock_max_mhz=ask.number("nvmlDeviceGetMaxClockInfo", memory_clock),
        power_draw_w=ask.watts("nvmlDeviceGetPowerUsage"),
        power_limit_w=ask.watts("nvmlDeviceGetEnforcedPowerLimit")
        or ask.watts("nvmlDeviceGetPowerManagementLimit"),
        power_limit_default_w=ask.watts("nvmlDeviceGetPowerManagementDefaultLimit"),
        power_limit_max_w=_power_limit_max(ask),
        temperature_c=ask.number("nvmlDeviceGetTemperature", nvml.constant("NVML_TEMPERATURE_GPU", 0)),
        temperature_slowdown_c=ask.number(
            "nvmlDeviceGetTemperatureThreshold", nvml.constant("NVML_TEMPERATURE_THRESHOLD_SLOWDOWN", 1)
        ),
        throttle_reasons=throttle_reasons(nvml, handle),
        ecc_enabled=bool(ecc[0]) if ecc else None,
        ecc_uncorrected_errors=ask.integer("nvmlDeviceGetTotalEccErrors", 1, 0),  # uncorrected, volatile
        repairs_pending=pending,
        repairs_failed=failed,
        mig_enabled=bool(mig[0]) if mig else None,
        mig_slices=mig_slices(nvml, handle) if mig and mig[0] else (),
        persistence_enabled=ask.truth("nvmlDeviceGetPersistenceMode"),
        compute_mode=compute_mode(ask.integer("nvmlDeviceGetComputeMode")),
        pcie_generation=ask.integer("nvmlDeviceGetCurrPcieLinkGeneration"),
        pcie_generation_max=ask.integer("nvmlDeviceGetMaxPcieLinkGeneration"),
        pcie_width=ask.integer("nvmlDeviceGetCurrPcieLinkWidth"),
        pcie_width_max=ask.integer("nvmlDeviceGetMaxPcieLinkWidth"),
        nvlinks_active=active,
        nvlinks_total=links,
        numa_node=numa_node(machine, nvml, handle),
    )


def _performance_state(ask: _Asker) -> int | None:
    state = ask.integer("nvmlDeviceGetPerformanceState")
    return state if state is not None and state <= 15 else None  # NVML's 32 says that it does not know


def _power_limit_max(ask: _Asker) -> float | None:
    bounds = ask.answer("nvmlDeviceGetPowerManagementLimitConstraints")
    return bounds[1] / 1000 if bounds else None


class _Asker:
    """Questions about one GPU, with the answer's type settled."""

    def __init__(self, nvml: Nvml, handle: Handle) -> None:
        self._nvml = nvml
        self._handle = handle

    def answer(self, function: str, *arguments: object) -> Any:  # noqa: ANN401  as NVML gives it
        return self._nvml.ask(function, self._handle, *arguments)

    def integer(self, function: str, *arguments: object) -> int | None:
        answer = self.answer(function, *arguments)
        return None if answer is None else int(answer)

    def number(self, function: str, *arguments: object) -> float | None:
        answer = self.answer(function, *arguments)
        return None if answer is None else float(answer)

    def truth(self, function: str) -> bool | None:
        answer = self.answer(function)
        return None if answer is None else bool(answer)

    def watts(self, function: str) -> float | None:
        """NVML speaks of milliwatts."""
        answer = self.answer(function)
        return None if answer is None else answer / 1000
