"""Another variant of the GPU: what shows it, what excludes it."""

from __future__ import annotations

import pytest

from doctor.causes.catalogue import load_cause
from doctor.causes.contract import Case
from doctor.performance.forecast import forecast
from doctor.schema.evidence import Evidence
from tests.causes.judging import judged
from tests.performance import models
from tests.performance.setups import setup

CAUSE = "gpu-variant-mismatch"
SHOWS = "1×H100 PCIe 80GB, vllm 0.9.2"


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide


@pytest.mark.parametrize(("card", "status"), [("l40s", "confirmed"), ("h200", "ruled out")])
def test_the_model_gives_the_card_its_share(card: str, status: str) -> None:
    published = setup(models.QWEN15_7B, 500, 100, 60)
    published = published.model_copy(
        update={"hardware": published.hardware.model_copy(update={"accelerator": "A100", "memory_gb": 80})}
    )
    told = forecast(published, None, card)
    judgement = load_cause(CAUSE).judge(Case(evidence=Evidence(), forecast=told))
    assert judgement.status == status
    assert "total tok/s on NVIDIA" in judgement.summary
    if status == "confirmed":
        assert judgement.factor == told.hardware
