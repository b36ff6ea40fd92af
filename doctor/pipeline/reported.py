"""What the files that were handed over say about causes that no run measured."""

from __future__ import annotations

from collections.abc import Collection

from doctor.causes.catalogue import load_causes
from doctor.causes.contract import Case
from doctor.pipeline.settling import Settled
from doctor.schema.evidence import Evidence
from doctor.schema.finding import Finding


def reported_findings(settled: Settled, evidence: Evidence, already: Collection[str]) -> tuple[Finding, ...]:
    """The causes that the evidence speaks for or against; not those ``already`` judged.

    One that no run can measure may stand behind what is unexplained.
    """
    if not evidence.read:
        return ()
    case = Case(evidence=evidence, reference=settled.target, accounting=settled.accounting)
    judged = [(cause, cause.judge(case)) for cause in load_causes() if cause.id not in already]
    return tuple(
        cause.finding(judgement).model_copy(update={"line": "" if cause.factor else "unexplained"})
        for cause, judgement in judged
        if judgement.lines
    )
