"""The batch is larger than the largest size for which a CUDA graph was captured."""

from __future__ import annotations

from doctor.causes.by_words import tried_without_effect
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    as_number,
    in_flight,
    ruled_out,
    said_against,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.schema.finding import EvidenceLine, Remedy

_PATHS = ("cudagraph_capture_sizes", "max_cudagraph_capture_size", "cuda_graph_sizes")
SMALL = 64
"""A largest size that a busy server exceeds, where nothing says how many requests run. vLLM's own
defaults capture 256 or 512 (config/vllm.py, 0.32.0)."""


def judge(case: Case) -> Judgement:
    """The largest captured batch against what runs at once."""
    said = signal(case.evidence, "said_cuda_graph_batch")
    tested = said_against(case.evidence, "said_cuda_graph_batch")
    if tested is not None:
        return tried_without_effect(tested)
    found = _largest(case)
    if found is None and (said is None or not weighty(said)):
        return unknown("the line with the capture sizes, and how many requests ran")
    lines = [speaks_for(f"it is said: “{said.text}”", said.origin)] if said is not None else []
    if found is None:
        return _beyond("Batches run beyond the captured sizes", tuple(lines), 0.7)
    largest, place = found
    flight = in_flight(case)
    words = f"CUDA graphs are captured up to a batch of {largest:.0f}"
    if flight is not None:
        words += f", {flight[0]:.0f} requests run at once"
        if flight[0] <= largest:
            return ruled_out(f"{words}.", speaks_against(words, place))
    elif largest > SMALL:
        return unknown("how many requests ran at once", speaks_against(words, place))
    likely = 0.9 if flight is not None and flight[0] > 2 * largest else 0.6
    return _beyond(words, (speaks_for(words, place), *lines), likely, far=largest <= SMALL / 4)


def _largest(case: Case) -> tuple[float, str] | None:
    for name in _PATHS:
        fact = setting(case.evidence, f"engine.extra.{name}")
        value = as_number(fact.value) if fact is not None else None
        if fact is not None and value is not None:
            return value, str(fact.origin)
    said = signal(case.evidence, "said_cuda_graph_batch")
    number = said.values.get("n") if said is not None else None
    return (float(number), str(said.origin)) if said is not None and number else None


def _beyond(words: str, lines: tuple[EvidenceLine, ...], likely: float, *, far: bool = False) -> Judgement:
    return Judgement(
        "confirmed" if far else "inconclusive",
        f"{words}: larger batches run without a CUDA graph.",
        lines,
        strength="configuration",
        factor=about(0.5, 0.05, 0.95) if far else about(0.9, 0.6, 1.0),
        would_decide="the same run with capture sizes up to the batch that runs",
        plausibility=likely,
    )


CAUSE = Cause(
    id="cudagraph-batch-limit",
    title="Batches exceed the largest CUDA graph",
    family="execution",
    needs=("settings", "signals", "stats"),
    judge=judge,
    remedy=Remedy(
        action="Raise max_cudagraph_capture_size (cudagraph_capture_sizes, cuda_graph_sizes) to the batch "
        "that runs.",
        verify_command="vllm bench throughput --model MODEL --max-cudagraph-capture-size 512",
    ),
    effects=(
        KnownEffect(
            8 / 32,
            "captured up to 2, 64 requests at once, per user, on four V100",
            "https://github.com/1CatAI/1Cat-vLLM/issues/89",
        ),
    ),
)
