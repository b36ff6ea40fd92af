"""Names that try to break out of every format. They come from log lines, model names and flags."""

from __future__ import annotations

from doctor.schema.finding import EvidenceLine
from doctor.schema.report import Report
from tests.reporting.samples.gpu_measured import gpu_measured

SCRIPT = "<script>window.qdoctorPwned = 1</script><img src=x onerror='window.qdoctorPwned = 1'>"
CLOSE = "</script><script>window.qdoctorPwned = 1</script>\u2028"
LINK = "](javascript:window.qdoctorPwned=1) [click](javascript:alert(1)) | a | b |\n\n# heading @everyone #12"
ANSI = "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J\x00\u202egnp.exe"
SECRET = "hf_abcdefghijklmnopqrstuvwxyz012345 /home/alice/models https://bob:hunter2@example.org/x"
LONG = "a" * 300


def hostile() -> Report:
    """The measured report, with every name taken over."""
    report = gpu_measured()
    reference = report.reference.model_copy(
        update={
            "title": f"{SCRIPT} {CLOSE}",
            "citation": report.reference.citation.model_copy(
                update={"url": "javascript:window.qdoctorPwned=1", "title": LINK}
            ),
        }
    )
    finding = report.findings[0].model_copy(
        update={
            "title": SCRIPT,
            "summary": f"{LINK} {ANSI}",
            "evidence": (EvidenceLine(text=ANSI + CLOSE, speaks="for", source=SCRIPT),),
        }
    )
    assert report.plan is not None
    arms = tuple(arm.model_copy(update={"title": f"{arm.title} {SCRIPT} {LONG}"}) for arm in report.plan.arms)
    failed = report.runs[-1].model_copy(
        update={"log_tail": (ANSI, CLOSE, SECRET, LINK), "reason": f"{CLOSE} {LONG}"}
    )
    ledger = report.ledgers[0]
    line = ledger.lines[1].model_copy(update={"title": f"{SCRIPT} {LINK} {LONG}"})
    fix = report.fixes[0].model_copy(
        update={"title": SCRIPT, "verify_command": f"qdoctor check --model '{CLOSE}' `{LINK}` {ANSI}"}
    )
    return report.model_copy(
        update={
            "verdict": report.verdict.model_copy(
                update={"sentence": f"{SCRIPT} {ANSI} {LINK}", "details": (CLOSE, SECRET)}
            ),
            "reference": reference,
            "environment": report.environment.model_copy(
                update={
                    "packages": {SCRIPT: CLOSE, "token": SECRET},
                    "engine_environment": {ANSI: LINK},
                    "notes": (SCRIPT,),
                }
            ),
            "plan": report.plan.model_copy(update={"arms": arms}),
            "findings": (finding, *report.findings[1:]),
            "runs": (*report.runs[:-1], failed),
            "ledgers": (ledger.model_copy(update={"lines": (ledger.lines[0], line, *ledger.lines[2:])}),),
            "fixes": (fix, *report.fixes[1:]),
            "warnings": (LINK, SECRET),
        }
    )
