"""The context length is set far too long: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "max-model-len-too-large"
SHOWS = (
    "WARNING 10-28 11:16:34 arg_utils.py:967] The model has a long context length "
    "(131072). This may cause OOM errors"
)


def test_is_suspected_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "inconclusive"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide
