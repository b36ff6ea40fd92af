"""Evidence and causes to a verdict. It never guesses: without two figures there is no gap."""

from __future__ import annotations

from collections import Counter

from doctor.causes.contract import Case, Cause
from doctor.causes.gap import NOISE, Gap, find_gap, observed_rates, remaining_ratio
from doctor.causes.ranking import Judged, judge_all
from doctor.schema.diagnosis import Diagnosis, RankedFinding
from doctor.schema.finding import Finding
from doctor.schema.report import Verdict

SHOWN = 0.035
"""Scores below this are no candidates: a hint that is worth next to nothing."""

CARRIES = 0.2
"""A verdict names a cause only from this score on."""


def diagnose(causes: tuple[Cause, ...], case: Case, reference_id: str | None = None) -> Diagnosis:
    """Judge every cause, rank them, and say what it comes to.

    ``reference_id`` goes into the commands that would verify a finding.
    """
    judged = judge_all(causes, case)
    candidates = [item for item in judged if item.score >= SHOWN]
    rest = [item for item in judged if item.score < SHOWN]
    gap = find_gap(case)
    ratio = remaining_ratio(case)
    return Diagnosis(
        verdict=_verdict(case, gap, ratio, candidates),
        reference=reference_id,
        observed=gap.observed if gap else None,
        expected=gap.expected if gap else None,
        remaining_ratio=ratio,
        accounting=case.accounting,
        candidates=tuple(_ranked(item, reference_id) for item in candidates),
        ruled_out=tuple(
            _finding(item) for item in rest if item.judgement.status in ("ruled out", "not applicable")
        ),
        undecided=tuple(
            _finding(item) for item in rest if item.judgement.status in ("inconclusive", "error")
        ),
        would_decide=_would_decide(case, gap, candidates, rest),
        read=case.evidence.read,
        unread=case.evidence.unread,
    )


def _finding(item: Judged) -> Finding:
    return item.cause.finding(item.judgement)


def _ranked(item: Judged, reference_id: str | None) -> RankedFinding:
    finding = item.cause.finding(item.judgement)
    remedy = finding.remedy
    if reference_id is not None and remedy is not None:
        command = remedy.verify_command.replace("qdoctor check", f"qdoctor check --reference {reference_id}")
        finding = finding.model_copy(update={"remedy": remedy.model_copy(update={"verify_command": command})})
    return RankedFinding(
        finding=finding,
        score=round(item.score, 4),
        stands_on=item.judgement.strength,
        would_decide=item.judgement.would_decide,
    )


def _verdict(case: Case, gap: Gap | None, ratio: float | None, candidates: list[Judged]) -> Verdict:
    arithmetic = bool(candidates) and candidates[0].judgement.strength == "arithmetic"
    if ratio is None:
        return _no_pair(case, candidates)
    if ratio >= 1 - NOISE:
        words = _pair_words(case, gap, ratio)
        return Verdict(outcome="no gap", sentence=f"No gap is demonstrated: {words}.", exit_code=0)
    words = _pair_words(case, gap, ratio)
    if arithmetic and candidates[0].score >= CARRIES:
        first = candidates[0]
        details = tuple(item.judgement.summary for item in candidates[1:4])
        sentence = f"{words}: first, {_lower(first.cause.title)}. {first.judgement.summary}"
        return Verdict(outcome="gap", sentence=sentence, details=details, exit_code=1)
    if candidates and candidates[0].score >= CARRIES:
        first = candidates[0]
        sure = "is" if first.judgement.status == "confirmed" else "may be"
        sentence = f"{words}. The first cause {sure}: {_lower(first.cause.title)}."
        details = tuple(item.judgement.summary for item in candidates[:3])
        return Verdict(outcome="gap", sentence=sentence, details=details, exit_code=1)
    sentence = f"{words}, and the evidence does not show why."
    return Verdict(outcome="inconclusive", sentence=sentence, exit_code=1)


def _no_pair(case: Case, candidates: list[Judged]) -> Verdict:
    mine = bool(observed_rates(case))
    lacks = (
        "the figure it is compared with"
        if mine
        else "the rate that was observed and the one it is compared with"
    )
    sentence = f"No gap is demonstrated: the evidence lacks {lacks}."
    strong = [item for item in candidates if item.judgement.status == "confirmed" and item.score >= CARRIES]
    details = tuple(f"It shows: {item.judgement.summary}" for item in strong[:3])
    return Verdict(outcome="inconclusive", sentence=sentence, details=details, exit_code=0)


def _pair_words(case: Case, gap: Gap | None, ratio: float) -> str:
    accounting = case.accounting
    if accounting is not None and accounting.observed_value is not None:
        counts = accounting.chosen or accounting.observed_counts
        published = accounting.published_value
        text = f"{accounting.observed_value:g} {counts} tokens/s against {published:g} "
        text += f"{accounting.published_counts} tokens/s"
    elif gap is not None:
        text = f"{gap.observed.per_s:g} {_unit(gap.observed.quantity)} against {gap.expected.per_s:g} "
        text += _unit(gap.expected.quantity)
    else:
        text = "the two figures"
    return f"{text} ({ratio:.0%} of it{' once both count the same' if accounting else ''})"


def _unit(quantity: str) -> str:
    return {"requests": "requests/s", "tokens": "tokens/s of unsaid kind"}.get(quantity, f"{quantity}/s")


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _would_decide(case: Case, gap: Gap | None, candidates: list[Judged], rest: list[Judged]) -> str:
    """Between the first candidates what tells them apart; else what most causes lack."""
    if gap is None and case.accounting is None:
        return "the observed rate and the published one, each with what it counts (output or total tokens)"
    for item in candidates[:3]:
        if item.judgement.would_decide and item.judgement.strength != "arithmetic":
            return item.judgement.would_decide
    lacking = Counter(item.judgement.would_decide for item in rest if item.judgement.would_decide)
    return lacking.most_common(1)[0][0] if lacking else ""
