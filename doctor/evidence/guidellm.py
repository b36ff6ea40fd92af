"""GuideLLM's report. Its time per output token includes the first token; that is converted."""

from __future__ import annotations

from doctor.evidence.contract import Document, Reader
from doctor.evidence.joining import join
from doctor.evidence.mapped import Field, look_up, read_mapped
from doctor.evidence.numbers import json_number
from doctor.schema.evidence import Evidence

_NAME = "GuideLLM"


def _successful(metric: str, statistic: str = "mean") -> tuple[str, ...]:
    return (f"metrics.{metric}.successful.{statistic}", f"metrics.{metric}.total.{statistic}")


_FIELDS = (
    Field("rate:requests", _successful("requests_per_second")),
    Field("rate:output tokens", _successful("output_tokens_per_second")),
    Field("rate:total tokens", _successful("tokens_per_second")),
    Field("requests", _successful("output_token_count", "count")),
    Field("prompt_tokens", _successful("prompt_token_count", "total_sum")),
    Field("output_tokens", _successful("output_token_count", "total_sum")),
    Field("peak_concurrency", _successful("request_concurrency", "max")),
    Field("mean_ttft_ms", _successful("time_to_first_token_ms")),
    Field("p99_ttft_ms", _successful("time_to_first_token_ms", "percentiles.p99")),
    Field("mean_itl_ms", _successful("inter_token_latency_ms")),
)


def _sniff(document: Document) -> bool:
    data = document.data
    benchmarks = data.get("benchmarks") if isinstance(data, dict) else None
    return isinstance(benchmarks, list) and any(
        isinstance(look_up(item, "metrics.requests_per_second"), dict) for item in benchmarks[:20]
    )


def _read(document: Document) -> Evidence:
    assert isinstance(document.data, dict)
    return join(
        _read_benchmark(document, benchmark, f"$.benchmarks[{index}]")
        for index, benchmark in enumerate(document.data["benchmarks"][:200])
    )


def _read_benchmark(document: Document, data: object, at: str) -> Evidence:
    evidence = read_mapped(document, data, _FIELDS, tool=_NAME, at=at)
    mean = "metrics.{}.successful.mean"
    with_first = json_number(look_up(data, mean.format("time_per_output_token_ms")))
    ttft = json_number(look_up(data, mean.format("time_to_first_token_ms")))
    tokens = json_number(look_up(data, mean.format("output_token_count")))
    if not evidence.delivered or with_first is None or ttft is None or not tokens or tokens <= 1:
        return evidence
    tpot = (with_first * tokens - ttft) / (tokens - 1)
    note = (
        f"TPOT converted: GuideLLM's {with_first:.2f} ms holds the first token; "
        f"({with_first:.2f} × {tokens:.0f} − {ttft:.2f}) / {tokens - 1:.0f} = {tpot:.2f} ms"
    )
    if tpot <= 0:
        return evidence
    run = evidence.delivered[0].model_copy(update={"mean_tpot_ms": tpot, "notes": (note,)})
    return evidence.model_copy(update={"delivered": (run,)})


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
