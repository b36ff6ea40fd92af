"""The verdict: what the figures say, in one sentence, with an exit code that keeps to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from scipy.special import stdtrit

from doctor.schema.accounting import Accounting, Reading
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.measurement import ArmMeasurement, NoiseFloor
from doctor.schema.plan import Plan
from doctor.schema.ranking import Ranked
from doctor.schema.report import Verdict
from doctor.verdict.words import interval, percent, rate, with_reach

NOISE = 0.03
"""A published figure comes without an interval. Repeats of one engine on one GPU stay within a
few percent, so less than this is not called a gap."""

BLURRED = 0.2
"""An interval that holds no gap and a loss of this size alike tells nothing."""


class Grounds(NamedTuple):
    """What the verdict rests on."""

    accounting: Accounting
    plan: Plan | None
    measurements: Sequence[ArmMeasurement]
    ledgers: Sequence[Ledger]
    failures: Sequence[str]
    interrupted: bool
    noise: NoiseFloor | None = None
    ranking: Sequence[Ranked] = ()


def verdict(grounds: Grounds) -> Verdict:
    """The verdict. Exit code 1 where a gap was found, 0 where none was beyond noise, 2 where nothing ran."""
    reading = grounds.accounting.chosen_reading
    if reading is not None:
        return _about_observed(grounds, reading)
    if not any(one.runs_ok for one in grounds.measurements):
        return _nothing_to_compare(grounds)
    arm = _arm(grounds, "user")
    if arm is not None:
        return _about_user_arm(grounds, arm)
    reference = _arm(grounds, "reference")
    if reference is not None:
        return _about_reference_arm(grounds, reference)
    return _nothing_to_compare(grounds)


def _about_observed(grounds: Grounds, reading: Reading) -> Verdict:
    accounting = grounds.accounting
    details = [*_accounting_details(grounds, reading), *_explanations(grounds)]
    within = _within_noise(grounds)
    if reading.gap_fraction <= within and not _slower_here(grounds):
        if reading.gap_fraction > BLURRED:
            return _drowned(grounds, reading, within, details)
        here = f" (two runs here differ by up to {percent(within)})" if within > NOISE else ""
        same = f"No gap remains beyond what repeats of one run vary{here}."
        sentence = f"{_share_sentence(accounting, reading)} {same}"
        return _verdict("no gap", sentence, details)
    gap = f"{rate(reading.gap_output_tokens_per_s, 'output')} ({percent(reading.gap_fraction)})"
    sentence = f"{_share_sentence(accounting, reading)} The remaining gap is {gap}{_gap_cause(grounds)}."
    return _verdict("gap", sentence, details)


def _drowned(grounds: Grounds, reading: Reading, within: float, details: Sequence[str]) -> Verdict:
    """A gap that is large and less than this machine's noise: neither shown nor ruled out."""
    share = _share_sentence(grounds.accounting, reading)
    noise = f"Two runs of one setup differ by up to {percent(within)} here"
    sentence = (
        f"{share} {noise}: this machine is too unquiet to tell whether a gap remains.{_restless(grounds)}"
    )
    return Verdict(outcome="inconclusive", sentence=sentence, details=tuple(details), exit_code=1)


def _restless(grounds: Grounds) -> str:
    """What the machine's readings confirm, which may be what the noise comes from."""
    found = (cause for one in grounds.ranking if one.kind == "setting" for cause in one.causes)
    return "".join(f" {cause.summary}" for cause in found if cause.status == "confirmed")


def _within_noise(grounds: Grounds) -> float:
    """The gap up to which two figures may be the same: by this machine's noise, where it ran both setups."""
    if grounds.noise is None or grounds.plan is None or grounds.plan.replica is not None:
        return NOISE
    reach = float(stdtrit(grounds.noise.dof, 0.975)) * grounds.noise.run_to_run_sd * math.sqrt(2)
    return max(NOISE, -math.expm1(-reach))


def _slower_here(grounds: Grounds) -> bool:
    """Whether the user's setup was shown to be slower than the reference's on the published setup here."""
    arm = _arm(grounds, "user")
    if arm is None or arm.ratio_to_reference is None or (grounds.plan and grounds.plan.replica):
        return False
    return arm.ratio_to_reference.high is not None and arm.ratio_to_reference.high < 1 - NOISE


def _share_sentence(accounting: Accounting, reading: Reading) -> str:
    observed, reference = reading.observed.output_tokens_per_s, accounting.reference.output_tokens_per_s
    whole = f"the published {rate(reference, 'output')}"
    share = f"Your {rate(observed, 'output')} is {percent(observed / reference)} of {whole}"
    if accounting.published_counts == "total":
        return f"{share}: the published {accounting.published_value:g} counts prompt tokens too."
    return f"{share}."


def _gap_cause(grounds: Grounds) -> str:
    """What the remaining gap was put down to, or why it was not."""
    replica = grounds.plan.replica if grounds.plan else None
    if replica is not None:
        return f"; the published setup cannot be measured here, since {replica.why}"
    measured = [one for one in grounds.ranking if one.basis == "measured" and one.kind != "accounting"]
    if not measured:
        return _confirmed_by_files(grounds)
    shown = [one for one in measured if one.shown and one.tokens_per_s is not None]
    if not shown:
        return "; none of what was measured here is more than noise"
    return ": " + ", ".join(_part(one) for one in shown[:3])


def _confirmed_by_files(grounds: Grounds) -> str:
    """What stands behind a gap that was not split."""
    found = [cause for one in grounds.ranking if one.kind == "unexplained" for cause in one.causes]
    return f"; what was handed over shows: {_lower(found[0].title)}" if found else ""


def _part(one: Ranked) -> str:
    """One line in words: "96.20 ± 20.10 from requests in flight"; with what files confirm behind the rest."""
    assert one.tokens_per_s is not None
    size = with_reach(one.tokens_per_s)
    if one.kind != "unexplained":
        return f"{size} from {_lower(one.title)}"
    known = [_lower(cause.title) for cause in one.causes if cause.status == "confirmed"]
    return f"{size} unexplained by runs ({known[0]})" if known else f"{size} unexplained"


def _about_user_arm(grounds: Grounds, arm: ArmMeasurement) -> Verdict:
    ratio = arm.ratio_to_reference
    setup = "On a replica, your setup" if grounds.plan and grounds.plan.replica else "Your setup"
    details = _explanations(grounds)
    if ratio is None:
        words = f"{setup} could not be compared with the reference: {_why_no_ratio(grounds, arm)}."
        return Verdict(outcome="failed", sentence=words, details=tuple(details), exit_code=2)
    words = f"{setup} runs at {interval(ratio)} times the reference setup's output rate"
    if ratio.low is None or ratio.high is None:
        # What looks like a gap and was not shown to be noise counts as one.
        code: Literal[0, 1] = 1 if ratio.estimate < 1 - NOISE else 0
        unsure = f"{words}: whether that is more than noise is not known."
        return Verdict(outcome="inconclusive", sentence=unsure, details=tuple(details), exit_code=code)
    if ratio.high >= 1 - NOISE and ratio.low < 1 - BLURRED:
        code = 1 if ratio.estimate < 1 - NOISE else 0
        blurred = f"{words}: the noise is too large to tell a gap from none."
        return Verdict(outcome="inconclusive", sentence=blurred, details=tuple(details), exit_code=code)
    if ratio.high >= 1 - NOISE:
        return _verdict("no gap", f"{words}: no gap is shown.", details)
    largest = _largest_lines(grounds)
    cause = f"; the largest part is {_lower(largest[0].title)}" if largest else ""
    return _verdict("gap", f"{words}{cause}.", details)


def _why_no_ratio(grounds: Grounds, arm: ArmMeasurement) -> str:
    reference = _arm(grounds, "reference")
    if arm.rates is None:
        return arm.reason
    if reference is None or reference.rates is None:
        return f"the reference setup gave no rate here: {reference.reason if reference else 'not run'}"
    return "no common noise of the two could be estimated"


def _about_reference_arm(grounds: Grounds, arm: ArmMeasurement) -> Verdict:
    details = _explanations(grounds)
    if grounds.plan and grounds.plan.replica:
        words = (
            f"The published setup cannot be measured here, since {grounds.plan.replica.why}; "
            "what each cause costs was measured on a replica."
        )
        return _verdict("inconclusive", words, details)
    if arm.rates is None:
        words = f"The reference setup gave no rate here: {arm.reason}."
        return Verdict(outcome="failed", sentence=words, details=tuple(details), exit_code=2)
    published = grounds.accounting.reference.output_tokens_per_s
    here = arm.rates.output_tokens_per_s
    whole = f"the published {rate(published, 'output')}"
    words = f"The published setup reaches {rate(here, 'output')} here, {percent(here / published)} of {whole}"
    gap = 1 - here / published
    return _verdict("gap" if gap > NOISE else "no gap", words + ".", details)


def _nothing_to_compare(grounds: Grounds) -> Verdict:
    why = "; ".join(grounds.failures) or ("interrupted" if grounds.interrupted else "no arm was run")
    return Verdict(outcome="failed", sentence=f"Nothing could be measured: {why}.", exit_code=2)


def _accounting_details(grounds: Grounds, reading: Reading) -> list[str]:
    accounting = grounds.accounting
    if accounting.observed_counts == "unknown":
        return [
            f"What your figure counts was not said; it is read as {reading.counts}: {accounting.why_chosen}"
        ]
    return []


def _explanations(grounds: Grounds) -> list[str]:
    """Further sentences: what a replica showed, what failed, what was interrupted."""
    words = list(grounds.failures)
    if grounds.interrupted:
        words.append("The check was interrupted; this report holds what was measured until then.")
    words += [
        f"{ledger.title}: nothing was attributed: {ledger.refused}"
        for ledger in grounds.ledgers
        if ledger.refused
    ]
    if grounds.plan and grounds.plan.replica:
        words += _replica_costs(grounds)
    return words


def _replica_costs(grounds: Grounds) -> list[str]:
    assert grounds.plan is not None
    titles = {arm.id: arm.title for arm in grounds.plan.arms}
    costs = [
        (one.ratio_to_reference, titles[one.arm])
        for one in grounds.measurements
        if one.ratio_to_reference is not None and one.arm not in ("reference", "user")
    ]
    shown = [(ratio, title) for ratio, title in costs if ratio.high is not None and ratio.high < 1 - NOISE]
    shown.sort(key=lambda pair: pair[0].estimate)
    return [
        f"On the replica, {_lower(title)}: {interval(ratio)} times the reference's rate."
        for ratio, title in shown[:3]
    ]


def _largest_lines(grounds: Grounds) -> list[LedgerLine]:
    """Factor lines that take something away, the largest first."""
    lines = [
        line
        for ledger in grounds.ledgers
        for line in ledger.lines
        if line.kind == "factor" and line.tokens_per_s.estimate > 0
    ]
    return sorted(lines, key=lambda line: line.tokens_per_s.estimate, reverse=True)


def _arm(grounds: Grounds, arm: str) -> ArmMeasurement | None:
    return next((one for one in grounds.measurements if one.arm == arm), None)


def _lower(title: str) -> str:
    return title if title[:2].isupper() else title[0].lower() + title[1:]


def _verdict(outcome: str, sentence: str, details: Sequence[str]) -> Verdict:
    code = 1 if outcome == "gap" else 0
    content = {"outcome": outcome, "sentence": sentence, "details": tuple(details), "exit_code": code}
    return Verdict.model_validate(content)
