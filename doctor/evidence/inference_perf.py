"""inference-perf's lifecycle metrics, of a stage or of the whole run. Times are in seconds."""

from __future__ import annotations

from doctor.evidence.contract import Document, Reader
from doctor.evidence.mapped import Field, look_up, read_mapped
from doctor.evidence.numbers import json_number
from doctor.schema.evidence import Evidence

_NAME = "inference-perf"

_FIELDS = (
    Field("rate:requests", ("successes.throughput.requests_per_sec",)),
    Field("rate:output tokens", ("successes.throughput.output_tokens_per_sec",)),
    Field("rate:total tokens", ("successes.throughput.total_tokens_per_sec",)),
    Field("requests", ("successes.count",)),
    Field("failed", ("failures.count",)),
    Field("request_rate_per_s", ("load_summary.requested_rate",)),
    Field("mean_ttft_ms", ("successes.latency.time_to_first_token.mean",), times=1000.0),
    Field("p99_ttft_ms", ("successes.latency.time_to_first_token.p99",), times=1000.0),
    Field("mean_tpot_ms", ("successes.latency.time_per_output_token.mean",), times=1000.0),
    Field("mean_itl_ms", ("successes.latency.inter_token_latency.mean",), times=1000.0),
)


def _sniff(document: Document) -> bool:
    throughput = look_up(document.data, "successes.throughput")
    return isinstance(throughput, dict) and "output_tokens_per_sec" in throughput


def _read(document: Document) -> Evidence:
    evidence = read_mapped(document, document.data, _FIELDS, tool=_NAME)
    if not evidence.delivered:
        return evidence
    run, updates = evidence.delivered[0], {}
    for name, key in (("prompt_tokens", "prompt_len"), ("output_tokens", "output_len")):
        mean = json_number(look_up(document.data, f"successes.{key}.mean"))
        if mean is not None and run.requests:
            updates[name] = round(mean * run.requests)
    return evidence.model_copy(update={"delivered": (run.model_copy(update=updates),)})


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
