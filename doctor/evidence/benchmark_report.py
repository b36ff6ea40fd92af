"""llm-d's Benchmark Report 0.2, in JSON or YAML."""

from __future__ import annotations

from doctor.evidence.contract import Document, Reader
from doctor.evidence.mapped import Field, look_up, read_mapped
from doctor.evidence.numbers import json_number
from doctor.schema.evidence import Evidence

_NAME = "llm-d Benchmark Report"
_AT = "results.request_performance.aggregate"

_FIELDS = (
    Field("rate:requests", (f"{_AT}.throughput.request_rate.mean",)),
    Field("rate:output tokens", (f"{_AT}.throughput.output_token_rate.mean",)),
    Field("rate:total tokens", (f"{_AT}.throughput.total_token_rate.mean",)),
    Field("rate:prompt tokens", (f"{_AT}.throughput.input_token_rate.mean",)),
    Field("requests", (f"{_AT}.requests.total",)),
    Field("failed", (f"{_AT}.requests.failures",)),
)
_LATENCIES = (
    ("mean_ttft_ms", "time_to_first_token"),
    ("mean_tpot_ms", "time_per_output_token"),
    ("mean_itl_ms", "inter_token_latency"),
)
_MILLISECONDS = {"ms": 1.0, "s": 1000.0, "ms/token": 1.0, "s/token": 1000.0}


def _sniff(document: Document) -> bool:
    return isinstance(look_up(document.data, _AT), dict)


def _read(document: Document) -> Evidence:
    evidence = read_mapped(document, document.data, _FIELDS, tool=_NAME)
    if not evidence.delivered:
        return evidence
    run = evidence.delivered[0]
    updates: dict[str, float | int] = {}
    for name, key in (("prompt_tokens", "input_length"), ("output_tokens", "output_length")):
        mean = json_number(look_up(document.data, f"{_AT}.requests.{key}.mean"))
        if mean is not None and run.requests:
            updates[name] = round(mean * run.requests)
    for name, key in _LATENCIES:
        mean = json_number(look_up(document.data, f"{_AT}.latency.{key}.mean"))
        unit = look_up(document.data, f"{_AT}.latency.{key}.units")
        if mean is not None and isinstance(unit, str) and unit in _MILLISECONDS:
            updates[name] = mean * _MILLISECONDS[unit]
    return evidence.model_copy(update={"delivered": (run.model_copy(update=updates),)})


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
