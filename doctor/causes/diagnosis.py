"""Evidence and causes to a verdict. It never guesses: without two figures there is no gap."""

from __future__ import annotations

from collections import Counter

from doctor.causes.confirm import check_of_all, confirm_command
from doctor.causes.contract import Case, Cause
from doctor.causes.gap import NOISE, Gap, find_gap, observed_rates, remaining_ratio
from doctor.causes.ranking import Judged, judge_all
from doctor.schema.accounting import Accounting
from doctor.schema.diagnosis import Diagnosis, RankedFinding
from doctor.schema.finding import Finding
from doctor.schema.report import Verdict

SHOWN = 0.035
"""Scores below this are no candidates: a hint that is worth next to nothing."""

TOGETHER = 6
"""Candidates whose arms go into one check."""

CARRIES = 0.2
"""A verdict names a cause only from this score on."""


def diagnose(
    causes: tuple[Cause, ...], case: Case, reference_id: str | None = None, *, recognised: bool = False
) -> Diagnosis:
    """Judge every cause, rank them, and say what it comes to.

    ``reference_id`` goes into the commands that would verify a finding; ``recognised``: nobody
    named it, its figure was quoted.
    """
    judged = judge_all(causes, case)
    candidates = [item for item in judged if item.score >= SHOWN]
    rest = [item for item in judged if item.score < SHOWN]
    gap = find_gap(case)
    ratio = remaining_ratio(case)
    return Diagnosis(
        verdict=_verdict(case, gap, ratio, candidates),
        reference=reference_id,
        reference_recognised=recognised,
        observed=gap.observed if gap else None,
        expected=gap.expected if gap else None,
        remaining_ratio=ratio,
        accounting=case.accounting,
        candidates=tuple(_ranked(item, case, reference_id) for item in candidates),
        ruled_out=tuple(
            _finding(item)
            for item in sorted(rest, key=_telling)
            if item.judgement.status in ("ruled out", "not applicable")
        ),
        undecided=tuple(
            _finding(item) for item in rest if item.judgement.status in ("inconclusive", "error")
        ),
        would_decide=_would_decide(case, gap, candidates, rest),
        check_command=check_of_all((item.cause for item in candidates[:TOGETHER]), case, reference_id)
        if reference_id is not None
        else "",
        read=case.evidence.read,
        unread=case.evidence.unread,
    )


def _telling(item: Judged) -> tuple[bool, float, str]:
    """What is worth reading first among the excluded: what was found against it, and how much it may cost."""
    least = min((effect.factor for effect in item.cause.effects), default=1.0)
    return not item.judgement.lines, least, item.cause.id


def _finding(item: Judged) -> Finding:
    return item.cause.finding(item.judgement)


def _ranked(item: Judged, case: Case, reference_id: str | None) -> RankedFinding:
    finding = item.cause.finding(item.judgement)
    command = confirm_command(item.cause, case, reference_id)
    remedy = item.cause.remedy.model_copy(update={"verify_command": command})
    finding = finding.model_copy(update={"remedy": remedy})
    return RankedFinding(
        finding=finding,
        score=round(item.score, 4),
        stands_on=item.judgement.strength,
        would_decide=item.judgement.would_decide,
    )


def _verdict(case: Case, gap: Gap | None, ratio: float | None, candidates: list[Judged]) -> Verdict:
    if ratio is None:
        return _no_pair(case, candidates)
    words = _pair_words(case, gap, ratio)
    if ratio >= 1 - NOISE:
        return Verdict(outcome="no gap", sentence=f"No gap is demonstrated: {words}.", exit_code=0)
    first = candidates[0] if candidates and candidates[0].score >= CARRIES else None
    settled = _settled_words(case.accounting)
    if first is not None and first.judgement.strength == "arithmetic":
        sentence = settled or f"{words}: {_lower(first.cause.title)}. {first.judgement.summary}"
        details = tuple(item.judgement.summary for item in candidates[1:4])
        return Verdict(outcome="gap", sentence=sentence, details=details, exit_code=1)
    if first is not None:
        sure = "shows first" if first.judgement.status == "confirmed" else "suggests first"
        sentence = f"{words}. The evidence {sure}: {_lower(first.cause.title)}."
        details = tuple(item.judgement.summary for item in candidates[:3])
        return Verdict(outcome="gap", sentence=sentence, details=details, exit_code=1)
    sentence = f"{words}, and the evidence does not show why."
    return Verdict(outcome="inconclusive", sentence=sentence, exit_code=1)


def _settled_words(accounting: Accounting | None) -> str:
    """Both figures once both count the same, in one sentence; nothing where they always did."""
    if accounting is None or accounting.observed_value is None:
        return ""
    chosen = accounting.chosen_reading
    if chosen is None or chosen.counts == accounting.published_counts:
        return ""
    published, mine = accounting.published_value, accounting.observed_value
    rates = accounting.reference
    same = rates.output_tokens_per_s if chosen.counts == "output" else rates.total_tokens_per_s
    counted = {"output": "output tokens only", "total": "prompt and output tokens"}
    short = chosen.gap_fraction
    compared = f"{abs(short):.0%} {'short of' if short > 0 else 'above'} that"
    apparent = 1 - mine / published
    return (
        f"{published:g} tokens/s counts {counted[accounting.published_counts]}; in {chosen.counts} tokens/s "
        f"it is {same:.1f}. {mine:g} {chosen.counts} tokens/s are {compared}, not {abs(apparent):.0%}."
    )


def _no_pair(case: Case, candidates: list[Judged]) -> Verdict:
    mine = bool(observed_rates(case))
    lacks = (
        "the figure it is compared with"
        if mine
        else "the rate that was observed and the one it is compared with"
    )
    sentence = f"No gap is demonstrated: the evidence lacks {lacks}."
    strong = [item for item in candidates if item.judgement.status == "confirmed" and item.score >= CARRIES]
    if strong and strong[0].judgement.strength == "arithmetic":
        sentence += f" It does show that {_lower(strong[0].cause.title)}."
    details = tuple(f"It shows: {item.judgement.summary}" for item in strong[:3])
    return Verdict(outcome="inconclusive", sentence=sentence, details=details, exit_code=0)


def _pair_words(case: Case, gap: Gap | None, ratio: float) -> str:
    accounting = case.accounting
    if accounting is not None and accounting.observed_value is not None:
        counts = accounting.chosen or accounting.observed_counts
        text = f"{accounting.observed_value:g} {counts} tokens/s where {accounting.published_value:g} "
        text += f"{accounting.published_counts} tokens/s were published"
        note = " once both count the same" if counts != accounting.published_counts else ""
    elif gap is not None:
        mine, theirs = gap.observed, gap.expected
        text = f"{mine.per_s:g} {_unit(mine.quantity)} where {theirs.per_s:g} "
        text += "" if mine.quantity == theirs.quantity else f"{_unit(theirs.quantity)} "
        text += "were before" if theirs.role == "baseline" else "were hoped for"
        unsaid = "tokens" in (mine.quantity, theirs.quantity)
        note = "; whether output or total is not said" if unsaid else ""
    else:
        text, note = "A rate below the one hoped for", ""
    return f"{text} ({ratio:.0%}{note})"


def _unit(quantity: str) -> str:
    return f"{quantity}/s"


def _lower(title: str) -> str:
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


_KINDS = {
    "stats": "the engine's log of the run, with its statistics lines (Running, Waiting, KV cache usage)",
    "engine_facts": "the engine's start-up log: version, configuration, KV cache size",
    "delivered": "the benchmark's whole output: requests, prompt and output tokens, seconds",
    "settings": "the command or the script that was run",
    "environment": "the output of `vllm collect-env` and `nvidia-smi -q`, taken during the run",
}
"""What to send for each kind of evidence that a judgement may lack."""


def _would_decide(case: Case, gap: Gap | None, candidates: list[Judged], rest: list[Judged]) -> str:
    """Without two figures, they; else what tells apart most of the candidates, or what most causes lack.

    A kind of evidence that is missing weighs as much as the candidates that would be judged from it;
    a single candidate's own test weighs as much as that candidate.
    """
    if gap is None and case.accounting is None and remaining_ratio(case) is None:
        return "the observed rate and the published one, each with what it counts (output or total tokens)"
    open_ones = [item for item in candidates if item.judgement.strength not in ("arithmetic", "measured")]
    missing = [kind for kind in _KINDS if not getattr(case.evidence, kind)]
    by_kind = {kind: sum(item.score for item in open_ones if kind in item.cause.needs) for kind in missing}
    best = max(by_kind, key=lambda kind: by_kind[kind], default=None)
    first = next((item for item in candidates if item.judgement.strength != "arithmetic"), None)
    if best is not None and by_kind[best] > (1.2 * first.score if first is not None else 0.0):
        return _KINDS[best]
    if first is not None and first.judgement.would_decide:
        return first.judgement.would_decide
    lacking = Counter(item.judgement.would_decide for item in rest if item.judgement.would_decide)
    return lacking.most_common(1)[0][0] if lacking else ""
