"""Several outputs per prompt: n, best_of, beam search."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.gap import find_gap
from doctor.causes.lookup import number
from doctor.causes.sampling_settings import judge_settings
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy
from doctor.schema.setup import Scalar


def judge(case: Case) -> Judgement:
    """n, best_of or a beam above one, and the reference's is not."""
    return judge_settings(
        case,
        {"sampling.n": _single, "sampling.extra.best_of": _single, "sampling.extra.use_beam_search": _off},
        _left(case),
        "each prompt is decoded several times; requests/s falls although the engine does more.",
        "said_samples",
    )


def _left(case: Case) -> tuple[float, float, float]:
    """What remains of the rate: near 1/n in requests/s, by arithmetic; less is lost in tokens/s."""
    samples, gap = number(case.evidence, "sampling.n"), find_gap(case)
    if samples and samples > 1 and gap is not None and gap.observed.quantity == "requests":
        return 1.2 / samples, 1 / samples, 0.9
    return 0.9, 0.5, 1.0


def _single(value: Scalar) -> bool:
    return value is None or value == 1


def _off(value: Scalar) -> bool:
    return not value


CAUSE = Cause(
    id="n-sampling",
    title="Several outputs per prompt",
    family="sampling",
    needs=("settings", "reference", "rates"),
    judge=judge,
    remedy=Remedy(
        action="Ask for one output per prompt (n=1), or count the tokens of all outputs.",
        verify_command="qdoctor check --ablation n-4",
    ),
    factor="parallel_samples",
    ablations=(
        Ablation(
            id="n-4",
            title="Four outputs per prompt",
            cause="n-sampling",
            factor="parallel_samples",
            changes={"sampling.n": 4},
        ),
    ),
    no_effect_known="It is near 1/n in requests/s by arithmetic; no clean measurement was found.",
)
