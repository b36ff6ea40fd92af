"""Several outputs per prompt: what shows it, what excludes it."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "n-sampling"
SHOWS = "SamplingParams(n=4, max_tokens=100)"
EXCLUDES = "SamplingParams(n=1, max_tokens=100)"


def test_is_confirmed_by_what_shows_it() -> None:
    judgement = judged(CAUSE, SHOWS)
    assert judgement.status == "confirmed"
    assert any(line.speaks == "for" for line in judgement.lines)


def test_is_ruled_out_by_what_excludes_it() -> None:
    judgement = judged(CAUSE, EXCLUDES)
    assert judgement.status == "ruled out"
    assert all(line.speaks != "for" for line in judgement.lines)


def test_asks_for_evidence_where_there_is_none() -> None:
    judgement = judged(CAUSE, "")
    assert judgement.status == "inconclusive"
    assert judgement.would_decide


def test_requests_fall_with_the_samples_and_tokens_hardly() -> None:
    """Eight samples make eight times the tokens: an eighth of the requests/s at worst."""
    script = "\n\n    SamplingParams(n=8, max_tokens=512)\n"
    requests = judged(CAUSE, f"Expected: 1.9 req/s\nObserved: 0.31 req/s{script}").factor
    tokens = judged(CAUSE, f"Expected: 1900 tok/s\nObserved: 310 tok/s{script}").factor
    assert requests is not None
    assert tokens is not None
    assert requests.low == 0.125
    assert tokens.estimate > 0.8
