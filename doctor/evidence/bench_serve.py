"""`vllm bench serve --save-result` and SGLang's bench_serving, which shares its ancestry."""

from __future__ import annotations

from doctor.evidence.contract import Document, Reader
from doctor.evidence.joining import join
from doctor.evidence.mapped import Field, read_mapped
from doctor.evidence.numbers import json_number
from doctor.evidence.setting_names import scalar, setting_path
from doctor.schema.evidence import Evidence, Fact, Origin

_FIELDS = (
    Field("rate:requests", ("request_throughput",)),
    Field("rate:output tokens", ("output_throughput",)),
    Field("rate:total tokens", ("total_token_throughput", "total_throughput")),
    Field("requests", ("completed",)),
    Field("failed", ("failed",)),
    Field("prompt_tokens", ("total_input_tokens",)),
    Field("output_tokens", ("total_output_tokens",)),
    Field("wall_s", ("duration",)),
    Field("max_concurrency", ("max_concurrency",)),
    Field("peak_concurrency", ("max_concurrent_requests",)),
    Field("request_rate_per_s", ("request_rate",)),
    Field("peak_output_tokens_per_s", ("max_output_tokens_per_s",)),
    Field("mean_ttft_ms", ("mean_ttft_ms",)),
    Field("p99_ttft_ms", ("p99_ttft_ms",)),
    Field("mean_tpot_ms", ("mean_tpot_ms",)),
    Field("mean_itl_ms", ("mean_itl_ms",)),
    Field("p99_itl_ms", ("p99_itl_ms",)),
)


def _sniff(document: Document) -> bool:
    data = document.data
    record = data[0] if isinstance(data, list) and data else data
    return isinstance(record, dict) and "output_throughput" in record and "duration" in record


def _read(document: Document) -> Evidence:
    data = document.data
    records = data if isinstance(data, list) else [data]
    return join(
        _read_one(document, record, f"$[{index}]" if isinstance(data, list) else "$")
        for index, record in enumerate(records[:500])
        if isinstance(record, dict)
    )


def _read_one(document: Document, data: dict[str, object], at: str) -> Evidence:
    sglang = "total_output_tokens_retokenized" in data or "server_info" in data
    tool = "SGLang bench_serving" if sglang else "vllm bench serve"
    evidence = read_mapped(document, data, _FIELDS, tool=tool, at=at)
    origin = document.at_path(at, tool)
    settings = []
    for key, path in (
        ("model_id", "model.name"),
        ("num_prompts", "workload.num_prompts"),
        ("max_concurrency", "workload.max_concurrency"),
        ("backend", "client.backend"),
        ("dataset_name", "client.dataset_name"),
        ("random_input_len", "workload.input_len"),
        ("random_output_len", "workload.output_len"),
    ):
        value = data.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            value = value[:200] if isinstance(value, str) else value
            settings.append(Fact(path=path, value=value, origin=origin, weight="result"))
    settings += _swept(data, origin)
    rate = json_number(data.get("request_rate"))
    if rate is not None:
        settings.append(Fact(path="workload.request_rate_per_s", value=rate, origin=origin, weight="result"))
    lens = data.get("output_lens")
    if evidence.delivered and isinstance(lens, list):
        counts = [int(value) for value in (json_number(item) for item in lens) if value is not None]
        if counts:
            update = {"output_lens_min": min(counts), "output_lens_max": max(counts)}
            run = evidence.delivered[0].model_copy(update=update)
            evidence = evidence.model_copy(update={"delivered": (run,)})
    return evidence.model_copy(update={"settings": tuple(settings)})


def _swept(data: dict[str, object], origin: Origin) -> list[Fact]:
    """Settings of the engine that a sweep wrote beside its results."""
    found = []
    for key, value in data.items():
        path = setting_path(key)
        if path is not None and path.startswith("engine.") and isinstance(value, bool | int | float | str):
            kept = scalar(value) if isinstance(value, str) else value
            found.append(Fact(path=path, value=kept, origin=origin, weight="result"))
    return found


READER = Reader(name="serving benchmark result", sniff=_sniff, read=_read, whole=True)
