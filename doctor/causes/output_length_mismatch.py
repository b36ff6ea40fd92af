"""Outputs are shorter or longer than the reference's."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lengths import judge_length
from doctor.schema.ablation import Ablation, Scale
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """Delivered (or asked) output tokens per request against the reference's."""
    return judge_length(case, "output")


def _scaled(name: str, title: str, times: float) -> Ablation:
    return Ablation(
        id=name,
        title=title,
        cause="output-length-mismatch",
        factor="output_length",
        changes={"workload.output_len": Scale(times=times)},
    )


CAUSE = Cause(
    id="output-length-mismatch",
    title="Output length differs from the reference's",
    family="measurement",
    needs=("delivered", "settings", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Generate as many tokens per request as the reference does, with the length forced "
        "(ignore_eos=True), or compare in requests/s of equal requests.",
        verify_command="qdoctor check --ablation early-eos --ablation half-output --ablation double-output",
    ),
    factor="output_length",
    ablations=(
        _scaled("early-eos", "Outputs end early, at an eighth of the length", 0.125),
        _scaled("half-output", "Half the output length", 0.5),
        _scaled("double-output", "Twice the output length", 2.0),
    ),
    effects=(
        KnownEffect(
            43 / 512,
            "43 of 512 asked tokens came: the rate in output tokens per request fell by as much",
            "https://github.com/vllm-project/vllm/issues/13333",
        ),
    ),
)
