from __future__ import annotations

import pytest

from doctor.attribution.published import published_ledger
from doctor.planning.accounting import ObservedCounts, settle
from doctor.references import list_references, load_reference
from doctor.schema.reference import ReferenceRun

QWEN_7B = load_reference("qwen1.5-7b-chat-a100-80g")


def test_the_apparent_gap_is_counting_and_149_output_tokens_per_second() -> None:
    ledger = published_ledger(settle(QWEN_7B, 1000.0, "output"), "this machine has no GPU")
    assert ledger is not None
    assert [(line.kind, round(line.tokens_per_s.estimate, 1)) for line in ledger.lines] == [
        ("accounting", 1149.4),
        ("unexplained", 149.4),
    ]
    assert (ledger.start_tokens_per_s, ledger.end_tokens_per_s) == (2298.89, 1000.0)
    assert ledger.notes == ("this machine has no GPU",)
    assert {line.basis for line in ledger.lines} == {"computed"}


def test_no_observed_figure_no_ledger() -> None:
    assert published_ledger(settle(QWEN_7B, None, "unknown"), "") is None


@pytest.mark.parametrize("counts", ["output", "total", "unknown"])
@pytest.mark.parametrize("observed", [1.0, 1000.0, 90_000.0])
@pytest.mark.parametrize(
    "reference", [one for one in list_references() if not one.contradiction], ids=lambda one: one.id
)
def test_start_minus_all_lines_is_the_end(
    reference: ReferenceRun, observed: float, counts: ObservedCounts
) -> None:
    ledger = published_ledger(settle(reference, observed, counts), "")
    assert ledger is not None
    taken = sum(line.tokens_per_s.estimate for line in ledger.lines)
    assert ledger.start_tokens_per_s - taken == pytest.approx(ledger.end_tokens_per_s, rel=1e-9, abs=1e-6)
    assert ledger.counts == "output"
