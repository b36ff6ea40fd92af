"""A diagnosis from evidence alone, made by hand; and one whose every name is hostile."""

from __future__ import annotations

from doctor.schema.diagnosis import Diagnosis, RankedFinding
from doctor.schema.diagnosis_report import DiagnosisReport
from doctor.schema.evidence import Origin, Unread
from doctor.schema.finding import EvidenceLine, Finding, Remedy
from doctor.schema.rates import Interval
from doctor.schema.report import Provenance, Verdict
from tests.reporting.samples.hostile import ANSI, CLOSE, LINK, LONG, SCRIPT, SECRET
from tests.reporting.samples.published import REFERENCE, accounting_unknown

PROVENANCE = Provenance(
    qdoctor_version="0.1.0",
    created_at="2026-06-01T12:00:00+00:00",
    command=("qdoctor", "diagnose", "issue.md", "--reference", REFERENCE.id),
)


def diagnosis() -> DiagnosisReport:
    """1000 against 2298.89, eager mode, a sequential loop."""
    return _report(Verdict(outcome="gap", sentence=SENTENCE, details=("Eager mode is on.",), exit_code=1))


SENTENCE = "1000 output tokens/s against 2298.89 total tokens/s (87 % of it once both count the same)."


def hostile_diagnosis() -> DiagnosisReport:
    """The same from a file that wants to break out."""
    return _report(
        Verdict(outcome="gap", sentence=f"{SCRIPT} {ANSI} {LINK}", details=(CLOSE, SECRET), exit_code=1),
        title=SCRIPT,
        text=f"{ANSI}{CLOSE}{LINK}{SECRET}",
        name=f"{SCRIPT}{LONG}",
    )


def _report(
    verdict: Verdict,
    *,
    title: str = "CUDA graphs are switched off",
    text: str = "enforce_eager is set",
    name: str = "issue.md",
) -> DiagnosisReport:
    origin = Origin(file=name, line=11)
    eager = _finding("enforce-eager", title, text, str(origin), Interval(estimate=0.55, low=0.5, high=0.97))
    loop = _finding(
        "sequential-generate-loop", "Requests are sent one after the other", text, str(origin), None
    )
    return DiagnosisReport(
        provenance=PROVENANCE,
        reference=REFERENCE,
        diagnosis=Diagnosis(
            verdict=verdict,
            reference=REFERENCE.id,
            accounting=accounting_unknown().model_copy(
                update={
                    "apparent_gap_tokens_per_s": 2298.89 - 1000,
                    "accounting_tokens_per_s": 2298.89 / 2,
                    "remaining_gap_tokens_per_s": 2298.89 / 2 - 1000,
                }
            ),
            candidates=(
                RankedFinding(finding=eager, score=0.4, stands_on="configuration"),
                RankedFinding(finding=loop, score=0.2, stands_on="configuration", would_decide=text),
            ),
            ruled_out=(eager.model_copy(update={"status": "ruled out", "cause": "wsl"}),),
            undecided=(loop.model_copy(update={"status": "inconclusive", "cause": "mig-slice"}),),
            would_decide="the same run without --enforce-eager",
            read=(f"{name}: prose",),
            unread=(Unread(origin=origin, why=text),),
        ),
    )


def _finding(cause: str, title: str, text: str, source: str, effect: Interval | None) -> Finding:
    return Finding(
        cause=cause,
        title=title,
        family="execution",
        status="confirmed",
        summary=text,
        effect=effect,
        basis="computed" if effect else None,
        evidence=(EvidenceLine(text=text, speaks="for", source=source),),
        remedy=Remedy(action=f"Change it: {text}", verify_command=f"qdoctor check --ablation {cause}"),
    )
