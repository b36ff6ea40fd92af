"""EvalScope's perf summary, whose keys are prose and have changed their spelling."""

from __future__ import annotations

from doctor.evidence.contract import Document, Reader
from doctor.evidence.joining import join
from doctor.evidence.mapped import Field, read_mapped
from doctor.evidence.numbers import json_number
from doctor.schema.evidence import Evidence

_NAME = "EvalScope perf"

_FIELDS = (
    Field("rate:requests", ("Request Throughput (req/s)", "Request throughput (req/s)", "QPS")),
    Field(
        "rate:output tokens",
        (
            "Output Throughput (tok/s)",
            "Output token throughput (tok/s)",
            "Output throughput(average tokens/s)",
        ),
    ),
    Field("rate:total tokens", ("Total Throughput (tok/s)", "Total token throughput (tok/s)")),
    Field("requests", ("Succeed requests", "Success Requests", "Total requests", "Total Requests")),
    Field("failed", ("Failed requests", "Failed Requests")),
    Field("max_concurrency", ("Number of concurrency", "Concurrency")),
    Field("wall_s", ("Time taken for tests (s)", "Test Duration (s)", "Time taken for tests(seconds)")),
    Field("mean_ttft_ms", ("Avg TTFT (ms)",)),
    Field("mean_ttft_ms", ("Average time to first token (s)",), times=1000.0),
    Field("mean_tpot_ms", ("Avg TPOT (ms)",)),
    Field("mean_tpot_ms", ("Average time per output token (s)",), times=1000.0),
)
_LENGTHS = (
    ("prompt_tokens", ("Avg Input Tokens", "Average input tokens per request")),
    ("output_tokens", ("Avg Output Tokens", "Average output tokens per request")),
)
_MARKS = frozenset(key for field in _FIELDS[:3] for key in field.keys)


def _sniff(document: Document) -> bool:
    data = document.data[0] if isinstance(document.data, list) and document.data else document.data
    return isinstance(data, dict) and len(_MARKS & data.keys()) >= 2


def _read(document: Document) -> Evidence:
    records = document.data if isinstance(document.data, list) else [document.data]
    return join(_read_one(document, record) for record in records[:200] if isinstance(record, dict))


def _read_one(document: Document, data: dict[str, object]) -> Evidence:
    evidence = read_mapped(document, data, _FIELDS, tool=_NAME)
    if not evidence.delivered:
        return evidence
    run, updates = evidence.delivered[0], {}
    for name, keys in _LENGTHS:
        mean = next((v for v in (json_number(data.get(key)) for key in keys) if v is not None), None)
        if mean is not None and run.requests:
            updates[name] = round(mean * run.requests)
    return evidence.model_copy(update={"delivered": (run.model_copy(update=updates),)})


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
