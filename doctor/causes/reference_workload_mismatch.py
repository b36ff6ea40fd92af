"""The published run served other requests: lengths, data set, arrival."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.gap import remaining_ratio
from doctor.causes.lengths import TOLERANCE, delivered_length
from doctor.causes.lookup import (
    as_number,
    reference_value,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import EvidenceLine, Remedy


def judge(case: Case) -> Judgement:
    """Prompt or output lengths that differ from the reference's."""
    lines: list[EvidenceLine] = []
    known = 0
    easier = True
    for side, name in (("input", "prompt"), ("output", "output")):
        mine = delivered_length(case, "input" if side == "input" else "output")
        theirs = as_number(reference_value(case, f"workload.{side}_len"))
        if mine is None or not theirs:
            continue
        known += 1
        if abs(mine[0] / theirs - 1) > TOLERANCE:
            lines.append(
                speaks_for(f"{mine[0]:.0f} {name} tokens per request instead of {theirs:.0f}", mine[1])
            )
            easier = easier and (mine[0] < theirs if side == "input" else mine[0] > theirs)
    if not lines:
        if known == 2:
            words = "prompts and outputs have the reference's lengths"
            return ruled_out(f"{words}.", speaks_against(words, "delivered or asked lengths"))
        if (said := signal(case.evidence, "said_other_workload")) is not None:
            return by_words(
                said,
                "The two runs are said to serve other requests.",
                factor=(0.6, 0.05, 1.0),
                decides="a run with the reference's lengths and data set",
            )
        return unknown("the prompt and output lengths of the published run")
    ratio = remaining_ratio(case)
    against = easier and ratio is not None and ratio < 0.8
    note = (
        " Shorter prompts and longer outputs raise the output rate, so this does not explain a loss."
        if against
        else ""
    )
    return Judgement(
        "confirmed",
        f"{'; '.join(line.text for line in lines)}: the two figures are of different work.{note}",
        tuple(lines),
        strength="configuration",
        would_decide="a run with the reference's lengths",
        plausibility=0.1 if against else 0.7,
    )


CAUSE = Cause(
    id="reference-workload-mismatch",
    title="The published run served other requests",
    family="measurement",
    needs=("delivered", "settings", "reference", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Use the reference's lengths, data set, arrival pattern and seed.",
        verify_command="qdoctor check --ablation half-input --ablation half-output",
    ),
    effects=(
        KnownEffect(
            273 / 5364,
            "prompts above 8000 tokens instead of up to 100, in words/s",
            "https://github.com/vllm-project/vllm/issues/11286",
        ),
    ),
)
