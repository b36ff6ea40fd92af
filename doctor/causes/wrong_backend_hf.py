"""The script or the benchmark's --backend runs Transformers."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.marks import Marks, is_on, judge_marks, one_of
from doctor.schema.finding import Remedy

_MARKS = Marks(
    settings={"client.backend": one_of("hf", "transformers")},
    script={"hf_generate": is_on},
    statements=("said_hf_timed",),
)


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="vLLM is not what was measured.",
        missing="the script or the command",
        decides="the same prompts through vLLM",
        factor=(0.45, 0.04, 0.8),
        plausibility=0.9,
    )


CAUSE = Cause(
    id="wrong-backend-hf",
    title="Hugging Face generate is timed, not vLLM",
    family="client",
    needs=("settings", "script"),
    judge=judge,
    remedy=Remedy(
        action="Run the prompts through vLLM.",
        verify_command="vllm bench throughput --model MODEL --backend vllm",
    ),
    effects=(
        KnownEffect(
            0.525, "Llama-3-8B on an A6000, in requests/s", "https://github.com/vllm-project/vllm/issues/4702"
        ),
    ),
)
