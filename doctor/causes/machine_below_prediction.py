"""This card gives less than the performance model expects of its kind, by more than the interval."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.gap import NOISE
from doctor.causes.lookup import ruled_out, speaks_against, speaks_for, unknown
from doctor.schema.finding import Remedy
from doctor.schema.prediction import Standing

_MODEL = "performance model"


def judge(case: Case) -> Judgement:
    """A run measured here decides; an observed figure, whose setup may not be all told, is a suspicion."""
    standings = case.forecast.standings if case.forecast else ()
    if not standings:
        return unknown("the rate of a known setup on a GPU that has a data sheet")
    measured = [one for one in standings if one.source == "measured here"]
    below = [one for one in measured or standings if one.stands == "below" and not _on_the_edge(one)]
    if not below:
        words = "; ".join(map(_words, measured or standings))
        return ruled_out(f"{words}.", speaks_against(words, _MODEL))
    worst = min(below, key=lambda one: one.ratio.estimate)
    words = _words(worst)
    return Judgement(
        "confirmed" if worst.source == "measured here" else "inconclusive",
        f"{words}.",
        (speaks_for(words, _MODEL),),
        strength="measured" if worst.source == "measured here" else "configuration",
        factor=worst.ratio,
        would_decide="the same setup run by qdoctor check on that machine, and qdoctor env",
        # Evidence rarely tells a whole setup: what it leaves out explains more often than the card.
        plausibility=1.0 if worst.source == "measured here" else 0.25,
        basis="predicted",
    )


def _on_the_edge(one: Standing) -> bool:
    """A figure that somebody names is round: "about 1000" is not below 1001."""
    return one.source != "measured here" and one.seen.estimate > (1 - NOISE) * (one.predicted.low or 0.0)


def _words(one: Standing) -> str:
    p = one.predicted
    verb = {"below": "lies below", "within": "lies within", "above": "lies above"}[one.stands]
    if one.stands == "below" and _on_the_edge(one):
        verb = "lies at the edge of"
    return (
        f"{one.title}: {one.seen.estimate:.0f} {one.counts} tok/s {verb} the {p.low:.0f} to {p.high:.0f}"
        " predicted for this card"
    )


CAUSE = Cause(
    id="machine-below-prediction",
    title="Slower than this kind of card should be",
    family="gpu platform",
    needs=("forecast",),
    judge=judge,
    remedy=Remedy(
        action="Look at clocks, power limit, temperature and other users of the GPU (qdoctor env), and"
        " calibrate this card (qdoctor calibrate).",
        verify_command="qdoctor env",
    ),
    no_effect_known="It is the distance to the prediction, whatever lies behind it",
)
