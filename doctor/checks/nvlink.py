"""Whether all NVLinks are up, where several GPUs are to work together."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, reading, skipped, warning
from doctor.checks.framework.gpu_models import model_of
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.schema.environment import Environment, Gpu


def _judge(environment: Environment) -> Judgement:
    if len(environment.gpus) == 1:
        return skipped("one GPU needs no links to others")
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    active, total = gpu.nvlinks_active, gpu.nvlinks_total
    if active is None or total is None:
        return ok("none: the GPUs talk over PCIe")
    seen = reading("links up", f"{active} of {total}", where(gpu, "nvmlDeviceGetNvLinkState"))
    model = model_of(gpu.name, gpu.memory_total_bytes)
    # A PCIe card has links for a bridge that may rightly be missing; an SXM board wires all of them.
    if active == total or (active == 0 and model is not None and model.form_factor != "SXM"):
        return ok(f"{active} of {total} up" if active else "no bridge: the GPUs talk over PCIe", seen)
    return warning(
        f"{active} of {total} NVLinks are up",
        seen,
        cost=NO_FIGURE,
        action="Look at the fabric manager and the kernel's log; it counts for tensor parallelism only.",
        command="nvidia-smi nvlink --status && systemctl status nvidia-fabricmanager",
    )


CHECK = Check("nvlink", "NVLink", "GPU", _judge)
