"""Too few requests in flight to fill the batch."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.gap import find_gap, remaining_ratio
from doctor.causes.lookup import (
    about,
    as_number,
    busiest_series,
    in_flight,
    number,
    reference_value,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.ablation import Ablation
from doctor.schema.finding import Remedy

FEW = 32
"""Below this, decode is bound by reading the weights: a doubling of the batch nearly doubles the
rate in the published sweeps (see ``effects``)."""

LARGE_GAP = 0.6
BATCHED = 400.0
"""Output tokens/s that a single request of a model of billions of weights does not reach."""

_SWEEP = ((1, 55.0), (3, 98.0), (5, 134.0), (30, 249.0), (256, 1275.0))
"""Requests in flight and output tokens/s of vllm-project/vllm#5567."""


def judge(case: Case) -> Judgement:
    """Few requests in flight while none waits, or far fewer than the reference keeps."""
    evidence = case.evidence
    found = in_flight(case)
    series = busiest_series(evidence)
    said = signal(evidence, "said_tiny_batch", "said_single_request")
    if found is None and said is not None:
        return by_words(
            said,
            "Few requests are said to be in flight: the batch is not filled.",
            factor=(0.3, 0.05, 0.9),
            decides="the same run with four times the concurrency",
            plausibility=0.2 if _single_request_figure(case) else 0.6,
        )
    if found is None:
        ratio = remaining_ratio(case)
        if ratio is not None and ratio < LARGE_GAP:
            return Judgement(
                "inconclusive",
                "How many requests were in flight is not said; too few is a frequent cause of a large gap.",
                strength="warning",
                would_decide="the engine's statistics lines, or the number of concurrent requests",
            )
        return unknown("the engine's log with its statistics lines, or the number of concurrent requests")
    flight, place = found
    waiting = series.peak_waiting if series else 0
    cap = number(evidence, "engine.max_num_seqs")
    if cap is not None and flight >= cap and series is None:
        words = f"{flight:.0f} requests are sent, max_num_seqs is {cap:.0f}"
        return ruled_out(f"{words}: the load is there.", speaks_against(words, place))
    wanted = as_number(reference_value(case, "workload.max_concurrency"))
    if waiting > flight / 4:
        words = f"{waiting} requests waited while {flight:.0f} ran: the load was there"
        return ruled_out(f"{words}.", speaks_against(words, place))
    if wanted is not None and flight >= 0.8 * wanted:
        words = f"{flight:.0f} requests were in flight; the reference keeps {wanted:.0f}"
        return ruled_out(f"{words}.", speaks_against(words, place))
    if wanted is None and flight >= 2 * FEW:
        words = f"{flight:.0f} requests were in flight"
        return ruled_out(f"{words}, which fills a batch.", speaks_against(words, place))
    target = wanted or 256
    factor = rate_at(flight) / rate_at(target)
    prompts_limit = number(evidence, "workload.num_prompts") == flight
    alone = _single_request_figure(case)
    words = f"{flight:.0f} requests in flight at most"
    words += f", the reference keeps {wanted:.0f}" if wanted else ""
    measured = series is not None
    return Judgement(
        "confirmed" if measured or wanted else "inconclusive",
        f"{words}: the batch is not filled.",
        (speaks_for(words, place),),
        strength="measured" if measured else "configuration",
        factor=about(factor),
        would_decide="the same run with four times the concurrency",
        plausibility=(0.9 if flight <= FEW / 2 else 0.6 if flight <= FEW else 0.35)
        * (0.6 if prompts_limit else 1)
        * (0.3 if alone else 1),
    )


def _single_request_figure(case: Case) -> bool:
    """Whether the figure hoped for is one that a single request can reach."""
    gap = find_gap(case)
    return gap is not None and gap.expected.quantity != "requests" and gap.expected.per_s < BATCHED


def rate_at(requests: float) -> float:
    """Output tokens/s of the published sweep at that many requests, log-linear between its points."""
    below = _SWEEP[0]
    for above in _SWEEP[1:]:
        if requests <= above[0]:
            share = (requests - below[0]) / (above[0] - below[0])
            return below[1] + share * (above[1] - below[1])
        below = above
    return _SWEEP[-1][1]


CAUSE = Cause(
    id="insufficient-concurrency",
    title="Too few requests in flight",
    family="client",
    needs=("stats", "delivered", "settings", "reference"),
    judge=judge,
    remedy=Remedy(
        action="Hand over more requests at once: raise --max-concurrency and --num-prompts, or pass "
        "the whole list to one LLM.generate call.",
        verify_command="qdoctor check --ablation low-batch-4 --ablation low-batch-8",
    ),
    factor="concurrency",
    ablations=(
        Ablation(
            id="single-request",
            title="One request at a time",
            cause="insufficient-concurrency",
            factor="concurrency",
            changes={"workload.max_concurrency": 1},
        ),
        Ablation(
            id="low-batch-4",
            title="Four requests at a time",
            cause="insufficient-concurrency",
            factor="concurrency",
            changes={"workload.max_concurrency": 4},
        ),
        Ablation(
            id="low-batch-8",
            title="Eight requests at a time",
            cause="insufficient-concurrency",
            factor="concurrency",
            changes={"workload.max_concurrency": 8},
        ),
    ),
    effects=(
        KnownEffect(
            55 / 1275,
            "1 instead of 256 requests in flight",
            "https://github.com/vllm-project/vllm/issues/5567",
        ),
        KnownEffect(
            249 / 1275,
            "30 instead of 256 requests in flight",
            "https://github.com/vllm-project/vllm/issues/5567",
        ),
        KnownEffect(
            2000 / 5500,
            "Llama-3-8B on an A100 before the batch size was raised",
            "https://github.com/NVIDIA/TensorRT-LLM/issues/2648",
        ),
    ),
)
