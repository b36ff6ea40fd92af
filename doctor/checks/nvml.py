"""Whether NVML works: without it vLLM silently takes the defaults of a small GPU."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, problem, reading, skipped
from doctor.checks.framework.per_gpu import NO_GPU
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_COST = ThroughputCost(
    text="no figure known; the sequence limit falls from 1024 to 256 and the token budget from 8192 to 2048"
    " on GPUs of 70 GiB and more",
    source="vllm 0.8.5.post1, 0.11.0, 0.17.1 and 0.20.2, engine/arg_utils.py; pull request 55481 is open",
)


def _judge(environment: Environment) -> Judgement:
    if not environment.gpus:
        return skipped(NO_GPU)
    if all(gpu.source == "NVML" for gpu in environment.gpus):
        driver = reading(
            "driver", environment.driver_version or "not told", "NVML nvmlSystemGetDriverVersion"
        )
        return ok("answers", driver)
    note = next((note for note in environment.notes if note.startswith("NVML:")), "NVML: no answer")
    return problem(
        f"nvidia-smi sees the GPU, but {note}",
        reading("NVML", note.removeprefix("NVML: "), "NVML nvmlInit"),
        cost=_COST,
        action="Make NVML work in the engine's Python, or set --max-num-seqs and --max-num-batched-tokens"
        " yourself.",
        command='python -c "import pynvml; pynvml.nvmlInit()"',
    )


CHECK = Check("nvml", "NVML", "GPU", _judge)
