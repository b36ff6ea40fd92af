"""The findings, most telling first."""

from __future__ import annotations

from doctor.schema.finding import Finding, FindingStatus
from doctor.schema.report import Report

ORDER: tuple[FindingStatus, ...] = ("confirmed", "inconclusive", "error", "ruled out", "not applicable")


def findings_by_status(report: Report) -> tuple[tuple[FindingStatus, tuple[Finding, ...]], ...]:
    """Every status that occurs, in the order of interest; inside it, the largest effect first."""
    groups = []
    for status in ORDER:
        found = [f for f in report.findings if f.status == status]
        if found:
            groups.append((status, tuple(sorted(found, key=_strength))))
    return tuple(groups)


def _strength(finding: Finding) -> float:
    return finding.effect.estimate if finding.effect else 1.0
