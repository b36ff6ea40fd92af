"""Whether the power limit lies below the default, or the default below the maker's figure."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.gpu_models import model_of
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.checks.framework.units import percent
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment, Gpu

_COST = ThroughputCost(
    text="raising a limit from 210 to 330 W brought 27 % in prefill and nothing in decode (an AMD GPU)",
    source="https://github.com/Tanguille/cluster/pull/4137",
)
_HARMLESS_SHARE = 0.98  # limits are rounded, some vendors by a few watts


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    limit, default = gpu.power_limit_w, gpu.power_limit_default_w
    if limit is None:
        return unknown("the driver does not tell the power limit")
    seen = reading("power limit", f"{limit:.0f} W", where(gpu, "nvmlDeviceGetEnforcedPowerLimit"))
    if default is not None and limit < _HARMLESS_SHARE * default:
        return warning(
            f"limit lowered to {limit:.0f} W, {percent(limit / default)} of the default {default:.0f} W",
            seen,
            reading(
                "default limit", f"{default:.0f} W", where(gpu, "nvmlDeviceGetPowerManagementDefaultLimit")
            ),
            cost=_COST,
            action="Restore the default limit, if power and cooling of the machine allow it.",
            command=f"sudo nvidia-smi -i {gpu.index} -pl {default:.0f}",
        )
    model = model_of(gpu.name, gpu.memory_total_bytes)
    if model is not None and limit < _HARMLESS_SHARE * model.board_power_w:
        sold = f"{model.model} {model.form_factor} is sold with {model.board_power_w:.0f} W"
        return warning(
            f"limit is {limit:.0f} W; {sold}",
            seen,
            reading("board power", f"{model.board_power_w:.0f} W", model.source),
            cost=_COST,
            action="The machine's vendor set it so. Compare with a figure measured at the same limit.",
            command=f"nvidia-smi -i {gpu.index} -q -d POWER",
        )
    return ok(f"{limit:.0f} W, not lowered" if default is not None else f"{limit:.0f} W", seen)


CHECK = Check("power-limit", "Power limit", "GPU", _judge)
