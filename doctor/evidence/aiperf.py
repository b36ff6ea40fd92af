"""AIPerf's (and GenAI-Perf's) profile export."""

from __future__ import annotations

from doctor.evidence.contract import Document, Reader
from doctor.evidence.mapped import Field, look_up, read_mapped
from doctor.evidence.numbers import json_number
from doctor.schema.evidence import Delivered, Evidence

_NAME = "AIPerf"


_TPOT = "AIPerf's inter_token_latency is (E2EL − TTFT) / (output tokens − 1): taken as TPOT"


def _average(metric: str, statistic: str = "avg") -> tuple[str, ...]:
    return (f"{metric}.{statistic}", f"records.{metric}.{statistic}")


_FIELDS = (
    Field("rate:requests", _average("request_throughput")),
    Field("rate:output tokens", _average("output_token_throughput")),
    Field("rate:total tokens", _average("total_token_throughput")),
    Field("requests", _average("request_count")),
    Field("failed", _average("error_request_count")),
    Field("prompt_tokens", _average("total_isl")),
    Field("output_tokens", (*_average("total_osl"), *_average("total_output_tokens"))),
    Field("wall_s", _average("benchmark_duration")),
    Field("mean_ttft_ms", _average("time_to_first_token")),
    Field("p99_ttft_ms", _average("time_to_first_token", "p99")),
    Field("mean_tpot_ms", _average("inter_token_latency")),
)


def _sniff(document: Document) -> bool:
    data = document.data
    return isinstance(data, dict) and any(
        isinstance(look_up(data, f"{prefix}output_token_throughput"), dict) for prefix in ("", "records.")
    )


def _read(document: Document) -> Evidence:
    evidence = read_mapped(document, document.data, _FIELDS, tool=_NAME, notes=(_TPOT,))
    if not evidence.delivered:
        return evidence
    run = evidence.delivered[0]
    updates = {}
    for name, metric in (
        ("prompt_tokens", "input_sequence_length"),
        ("output_tokens", "output_sequence_length"),
    ):
        values = (json_number(look_up(document.data, key)) for key in _average(metric))
        mean = next((value for value in values if value is not None), None)
        if getattr(run, name) is None and mean is not None and run.requests:
            updates[name] = round(mean * run.requests)
    run = _counted_by_the_server(document.data, run.model_copy(update=updates))
    return evidence.model_copy(update={"delivered": (run,)})


def _counted_by_the_server(data: object, run: Delivered) -> Delivered:
    """The run with the output tokens that the server reported, where they are not those that AIPerf counted
    by tokenising the texts again. Its rates are left as it printed them."""
    told = (json_number(look_up(data, key)) for key in _average("total_usage_completion_tokens"))
    served = next((value for value in told if value is not None), None)
    if served is None or run.output_tokens is None or served == run.output_tokens:
        return run
    note = (
        f"the server counted {served:.0f} output tokens; AIPerf's rate stands on {run.output_tokens}, "
        "which it counted by tokenising the texts again"
    )
    return run.model_copy(update={"output_tokens": round(served), "notes": (*run.notes, note)})


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
