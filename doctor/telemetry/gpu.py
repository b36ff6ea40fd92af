"""The GPUs that the engine uses, at one moment, through NVML."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from doctor.nvml import DriverLostError, DriverUnavailableError, Handle, Loader, Nvml, nvml_session


@dataclass(frozen=True)
class GpuMoment:
    """Of several GPUs: utilisation is the mean, memory and power the sum, clocks the slowest,
    temperature the hottest, the clock-event bits all that any of them shows.
    """

    utilization_percent: float | None = None
    memory_used_bytes: int | None = None
    sm_clock_mhz: float | None = None
    memory_clock_mhz: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    throttle_reasons: int | None = None


class GpuFollower:
    """An open session over a run. Without a driver, or after it has gone away, readings are empty."""

    def __init__(self, load_nvml: Loader, count: int, notes: list[str]) -> None:
        self._load_nvml = load_nvml
        self._count = count
        self._notes = notes
        self._stack = ExitStack()
        self._nvml: Nvml | None = None
        self._handles: list[Handle] = []

    def __enter__(self) -> GpuFollower:
        try:
            self._nvml = self._stack.enter_context(nvml_session(self._load_nvml))
            self._handles = engine_gpus(self._nvml, self._count)
        except (DriverUnavailableError, DriverLostError) as error:
            self._give_up(f"no GPU telemetry: {error}")
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def read(self) -> GpuMoment:
        """The GPUs now."""
        if self._nvml is None or not self._handles:
            return GpuMoment()
        try:
            return read_moment(self._nvml, self._handles)
        except DriverLostError as error:
            self._give_up(f"GPU telemetry ended in the middle: {error}")
        except Exception as error:  # noqa: BLE001  a broken driver must not end the rest of the telemetry
            self._give_up(f"GPU telemetry ended in the middle: {type(error).__name__}: {error}")
        return GpuMoment()

    def _give_up(self, note: str) -> None:
        self._nvml = None
        self._notes.append(note)


def engine_gpus(nvml: Nvml, count: int, environ: Mapping[str, str] = os.environ) -> list[Handle]:
    """The first ``count`` GPUs that CUDA_VISIBLE_DEVICES leaves, as vLLM takes them.

    Numbers there are CUDA's, which on a machine of unlike GPUs can differ from NVML's unless
    CUDA_DEVICE_ORDER is PCI_BUS_ID.
    """
    handles = nvml.handles()
    visible = environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return handles[:count]
    named = [_named(nvml, handles, entry.strip()) for entry in visible.split(",") if entry.strip()]
    return [handle for handle in named if handle is not None][:count]


def _named(nvml: Nvml, handles: Sequence[Handle], entry: str) -> Handle | None:
    if entry.isdigit():
        return handles[int(entry)] if int(entry) < len(handles) else None
    found: Handle | None = nvml.ask("nvmlDeviceGetHandleByUUID", entry)
    return found


def read_moment(nvml: Nvml, handles: Sequence[Handle]) -> GpuMoment:
    """One reading; a question that no GPU answers stays None."""
    sm, memory_clock = nvml.constant("NVML_CLOCK_SM", 1), nvml.constant("NVML_CLOCK_MEM", 2)
    sensor = nvml.constant("NVML_TEMPERATURE_GPU", 0)

    def each(function: str, *arguments: object) -> list[Any]:
        answers = [nvml.ask(function, handle, *arguments) for handle in handles]
        return [answer for answer in answers if answer is not None]

    utilization = [float(answer.gpu) for answer in each("nvmlDeviceGetUtilizationRates")]
    memory = [int(answer.used) for answer in each("nvmlDeviceGetMemoryInfo")]
    milliwatts = each("nvmlDeviceGetPowerUsage")
    reasons = each("nvmlDeviceGetCurrentClocksEventReasons")
    reasons = reasons or each("nvmlDeviceGetCurrentClocksThrottleReasons")  # drivers before 535
    return GpuMoment(
        utilization_percent=sum(utilization) / len(utilization) if utilization else None,
        memory_used_bytes=sum(memory) if memory else None,
        sm_clock_mhz=_float(min(each("nvmlDeviceGetClockInfo", sm), default=None)),
        memory_clock_mhz=_float(min(each("nvmlDeviceGetClockInfo", memory_clock), default=None)),
        power_w=sum(milliwatts) / 1000 if milliwatts else None,
        temperature_c=_float(max(each("nvmlDeviceGetTemperature", sensor), default=None)),
        throttle_reasons=reduce(or_, (int(mask) for mask in reasons)) if reasons else None,
    )


def _float(value: Any) -> float | None:  # noqa: ANN401  an integer of NVML's, or None
    return None if value is None else float(value)
