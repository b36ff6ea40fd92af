"""Which GPU this is: model, form factor and memory decide what throughput it can reach."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, problem, reading, unknown, warning
from doctor.checks.framework.gpu_models import model_of
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.checks.framework.units import gib
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment, Gpu

_NO_GPU_COST = ThroughputCost(
    text="a figure published for a GPU can be neither reached nor measured here; an A100 SXM reads its"
    " memory at 2039 GB/s",
    source="https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center/a100/pdf/nvidia-a100-datasheet-us-nvidia-1758950-r4-web.pdf",
)
# What NVML says on a machine that simply has no NVIDIA driver.
_NO_DRIVER = ("Shared Library Not Found", "not installed", "Driver Not Loaded")


def _judge(environment: Environment) -> Judgement:
    if environment.gpus:
        return per_gpu(environment, _judge_gpu)
    nvml = next((note for note in environment.notes if note.startswith("NVML:")), "NVML: no GPU listed")
    seen = reading("NVIDIA driver", nvml.removeprefix("NVML: "), "NVML nvmlInit")
    if not any(sign in nvml for sign in (*_NO_DRIVER, "no GPU listed")):
        return problem(
            f"the NVIDIA driver does not answer: {nvml.removeprefix('NVML: ')}",
            seen,
            cost=_NO_GPU_COST,
            action="Make the driver answer first: a library of another version than the loaded driver needs a"
            " reboot, a container needs --gpus all.",
            command="nvidia-smi",
        )
    return warning(
        "no NVIDIA GPU: the engine runs on the CPU, and effects are measured on a replica",
        seen,
        cost=_NO_GPU_COST,
        action="Run qdoctor on the GPU host; here it tells what each cause costs in relative terms.",
    )


def _judge_gpu(gpu: Gpu) -> Judgement:
    seen = reading("name", gpu.name, where(gpu, "nvmlDeviceGetName"))
    memory = "memory not told" if gpu.memory_total_bytes is None else gib(gpu.memory_total_bytes)
    model = model_of(gpu.name, gpu.memory_total_bytes)
    if model is None:
        return unknown(f"{gpu.name}, {memory}; its form factor is not in qdoctor's table", seen)
    bandwidth = f", {model.memory_bandwidth_gb_s:.0f} GB/s" if model.memory_bandwidth_gb_s else ""
    known = reading("as sold", f"{model.form_factor}, {model.memory_gb:g} GB{bandwidth}", model.source)
    return ok(f"{model.model} {model.form_factor}, {memory}{bandwidth}", seen, known)


CHECK = Check("gpu-model", "GPU model and form factor", "GPU", _judge)
