"""How near the GPU is to the temperature at which it slows down."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.schema.environment import Environment, Gpu

_MARGIN_C = 3.0  # nearer than this, work will take it over the threshold


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    now, slowdown = gpu.temperature_c, gpu.temperature_slowdown_c
    if now is None:
        return unknown("the driver does not tell the temperature")
    seen = reading("temperature", f"{now:.0f} °C", where(gpu, "nvmlDeviceGetTemperature"))
    if slowdown is None:
        return ok(f"{now:.0f} °C; the threshold is not told", seen)
    threshold = reading("slow-down at", f"{slowdown:.0f} °C", where(gpu, "nvmlDeviceGetTemperatureThreshold"))
    if now >= slowdown - _MARGIN_C:
        return warning(
            f"{now:.0f} °C, and the GPU slows down at {slowdown:.0f} °C",
            seen,
            threshold,
            cost=NO_FIGURE,
            action="Improve the cooling: fans, air flow, dust, neighbours in the rack. Watch it under load.",
            command=f"nvidia-smi -i {gpu.index} -q -d TEMPERATURE -l 5",
        )
    return ok(f"{now:.0f} °C, slows down at {slowdown:.0f} °C", seen, threshold)


CHECK = Check("gpu-temperature", "Temperature", "GPU", _judge)
