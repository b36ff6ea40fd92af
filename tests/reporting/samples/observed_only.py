"""Nothing but two figures: no plan, no runs, and the observed one's counting unknown."""
# ruff: noqa: E501 - sentences of a report stay whole

from __future__ import annotations

from doctor.schema.environment import Environment
from doctor.schema.report import FixAdvice, Provenance, Report, Verdict
from tests.reporting.samples.published import REFERENCE, REFERENCE_SETUP, accounting_unknown
from tests.reporting.samples.series import GIB


def observed_only() -> Report:
    """``qdoctor diagnose --observed 1000`` without a machine to measure on."""
    return Report(
        provenance=Provenance(
            qdoctor_version="0.1.0",
            created_at="2026-08-30T11:02:00Z",
            command=("qdoctor", "diagnose", "--reference", "qwen1.5-7b-chat-a100-80g", "--observed", "1000"),
            duration_s=0.4,
        ),
        verdict=Verdict(
            outcome="gap",
            sentence=(
                "Read as output tokens, your 1000 is 87.0 % of the published 1149.4 output tok/s; read as total tokens it "
                "is 43.5 %. Nothing was measured: the remaining 149.4 output tok/s are unexplained."
            ),
            exit_code=1,
        ),
        reference=REFERENCE,
        reference_setup=REFERENCE_SETUP,
        accounting=accounting_unknown(),
        environment=Environment(
            python_version="3.11.9",
            operating_system="Debian GNU/Linux 12 (bookworm)",
            cpus_usable=2,
            memory_total_bytes=16 * GIB,
            memory_available_bytes=12 * GIB,
        ),
        fixes=(
            FixAdvice(
                title="Say what your figure counts",
                action="Look for 'total' or 'output' beside the figure, or divide it by the requests/s.",
                expected_gain="settles whether 149.4 or 649.4 output tok/s are missing",
                verify_command="qdoctor diagnose --reference qwen1.5-7b-chat-a100-80g --observed 1000 --observed-counts output",
            ),
        ),
    )
