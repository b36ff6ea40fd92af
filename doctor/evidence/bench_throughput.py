"""`vllm bench throughput --output-json` and its `.pytorch.json` twin."""

from __future__ import annotations

from doctor.evidence.arguments import argument_facts
from doctor.evidence.contract import Document, Reader
from doctor.evidence.joining import join
from doctor.evidence.numbers import json_count, json_number
from doctor.schema.evidence import Delivered, Evidence, Fact, ObservedRate, Origin

_NAME = "vllm bench throughput result"


def _sniff(document: Document) -> bool:
    data = document.data
    if isinstance(data, list):
        return any(_is_record(record) for record in data[:10])
    return isinstance(data, dict) and "tokens_per_second" in data and "elapsed_time" in data


def _is_record(record: object) -> bool:
    return isinstance(record, dict) and isinstance(record.get("benchmark"), dict) and "metric" in record


def _read(document: Document) -> Evidence:
    data = document.data
    if isinstance(data, list):
        return join(_read_record(document, record, index) for index, record in enumerate(data[:200]))
    assert isinstance(data, dict)
    origin = document.at_path("$", _NAME)
    rates = [
        ObservedRate(
            quantity="requests", per_s=value, origin=document.at_path("$.requests_per_second", _NAME)
        )
        for value in [json_number(data.get("requests_per_second"))]
        if value is not None
    ]
    total = json_number(data.get("tokens_per_second"))
    if total is not None:
        rates.append(
            ObservedRate(
                quantity="total tokens",
                per_s=total,
                origin=document.at_path("$.tokens_per_second", _NAME),
                label="tokens_per_second (counts prompt and output)",
            )
        )
    requests = json_count(data.get("num_requests"))
    tokens = json_count(data.get("total_num_tokens"))
    note = "" if tokens is None else f"prompt and output together: {tokens} tokens"
    run = Delivered(
        tool="vllm bench throughput",
        origin=origin,
        requests=requests,
        total_tokens=tokens,
        wall_s=json_number(data.get("elapsed_time")),
        notes=(note,) if note else (),
    )
    model = data.get("model_id")
    settings = []
    if isinstance(model, str):
        settings.append(Fact(path="model.name", value=model[:200], origin=origin, weight="result"))
    return Evidence(
        read=(f"{document.name}: {_NAME}",), rates=tuple(rates), delivered=(run,), settings=tuple(settings)
    )


def _read_record(document: Document, record: object, index: int) -> Evidence:
    """One record of the twin, which holds the arguments that the plain result leaves out."""
    if not isinstance(record, dict) or not isinstance(record.get("metric"), dict):
        return Evidence()
    metric, benchmark = record["metric"], record.get("benchmark")
    extra = benchmark.get("extra_info") if isinstance(benchmark, dict) else None
    arguments = extra.get("args") if isinstance(extra, dict) else None
    origin = document.at_path(f"$[{index}]", _NAME)
    settings = argument_facts(arguments, origin) if isinstance(arguments, dict) and index == 0 else ()
    values = metric.get("benchmark_values")
    if metric.get("name") == "latency":
        return Evidence(
            read=(f"{document.name}: vllm bench latency result (pytorch form)",),
            settings=tuple(settings),
            delivered=_latency(metric, origin),
        )
    value = json_number(values[0]) if isinstance(values, list) and values else None
    quantity = {"requests_per_second": "requests", "tokens_per_second": "total tokens"}.get(
        str(metric.get("name"))
    )
    rates: tuple[ObservedRate, ...] = ()
    if value is not None and quantity is not None:
        fields = {"quantity": quantity, "per_s": value, "origin": origin, "label": str(metric.get("name"))}
        rates = (ObservedRate.model_validate(fields),)
    return Evidence(
        read=(f"{document.name}: {_NAME} (pytorch form)",),
        rates=rates,
        settings=tuple(settings),
        delivered=_totals(metric, origin) if index == 0 else (),
    )


def _totals(metric: dict[str, object], origin: Origin) -> tuple[Delivered, ...]:
    """Requests, tokens and time, as a record of the twin holds them."""
    extra = metric.get("extra_info")
    if not isinstance(extra, dict):
        return ()
    run = Delivered(
        tool="vllm bench throughput",
        origin=origin,
        requests=json_count(extra.get("num_requests")),
        total_tokens=json_count(extra.get("total_num_tokens")),
        wall_s=json_number(extra.get("elapsed_time")),
    )
    return (run,) if run.requests else ()


def _latency(metric: dict[str, object], origin: Origin) -> tuple[Delivered, ...]:
    """The mean time of a batch, in the twin of a latency benchmark."""
    extra = metric.get("extra_info")
    seconds = json_number(extra.get("avg_latency")) if isinstance(extra, dict) else None
    return () if seconds is None else (Delivered(tool="vllm bench latency", origin=origin, wall_s=seconds),)


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
