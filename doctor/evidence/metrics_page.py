"""vLLM's Prometheus page, with the names of every version since 0.4; two pages give rates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from doctor.evidence.contract import Document, Reader
from doctor.evidence.numbers import printed_number
from doctor.evidence.setting_names import engine_setting_path, scalar
from doctor.schema.evidence import Delivered, Evidence, Fact, ObservedRate, Origin

_NAME = "vLLM metrics page"
_MARK = re.compile(r"^vllm:\w+[{ ]", re.MULTILINE)
_SAMPLE = re.compile(r"^(vllm:\w+)(?:\{(.{0,8000}?)\})? (-?[\d.eE+-]+|\+?Inf|NaN)\s*(?:\d+)?\s*$")
_LABEL = re.compile(r'(?<!\w)(\w{1,200})="((?:[^"\\]|\\.)*)"')

_SUMS = {
    "preemptions": ("num_preemptions_total", "num_preemptions"),
    "prompt_tokens": ("prompt_tokens_total",),
    "output_tokens": ("generation_tokens_total",),
    "hits": (
        "prefix_cache_hits_total",
        "prefix_cache_hits",
        "gpu_prefix_cache_hits_total",
        "gpu_prefix_cache_hits",
    ),
    "queries": (
        "prefix_cache_queries_total",
        "prefix_cache_queries",
        "gpu_prefix_cache_queries_total",
        "gpu_prefix_cache_queries",
    ),
    "hit_rate": ("gpu_prefix_cache_hit_rate",),
    "acceptance": ("spec_decode_draft_acceptance_rate",),
    "running": ("num_requests_running",),
    "waiting": ("num_requests_waiting",),
    "swapped": ("num_requests_swapped",),
    "kv_cache_usage": ("kv_cache_usage_perc", "gpu_cache_usage_perc"),
    "draft_tokens": ("spec_decode_num_draft_tokens_total", "spec_decode_num_draft_tokens"),
    "accepted_tokens": ("spec_decode_num_accepted_tokens_total", "spec_decode_num_accepted_tokens"),
    "recomputed_tokens": ("prompt_tokens_recomputed_total",),
    "steps": ("iteration_tokens_total_count",),
    "first_tokens": ("time_to_first_token_seconds_count",),
    "first_tokens_s": ("time_to_first_token_seconds_sum",),
    "further_tokens": ("inter_token_latency_seconds_count", "time_per_output_token_seconds_count"),
    "further_tokens_s": ("inter_token_latency_seconds_sum", "time_per_output_token_seconds_sum"),
    "queued": ("request_queue_time_seconds_count",),
    "queued_s": ("request_queue_time_seconds_sum",),
}
"""A quantity, and its names by version; the first that occurs counts."""

_NOW = frozenset(("running", "waiting", "swapped", "kv_cache_usage", "hit_rate", "acceptance"))
"""Quantities that are of the moment; the others count since the server started."""


@dataclass
class Page:
    """Samples summed over engines, and the labels of the configuration gauge."""

    sums: dict[str, float] = field(default_factory=dict)
    finished: dict[str, float] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)

    def total(self, quantity: str) -> float | None:
        """The quantity under whatever name this version gives it."""
        return next((self.sums[name] for name in _SUMS[quantity] if name in self.sums), None)

    def since(self, earlier: Page) -> Page | None:
        """What was counted after an earlier reading; None where the server was restarted between."""
        now = {name for quantity in _NOW for name in _SUMS[quantity]}
        sums = {
            name: value - (0.0 if name in now else earlier.sums.get(name, 0.0))
            for name, value in self.sums.items()
            if not name.endswith("_created")
        }
        finished = {
            reason: count - earlier.finished.get(reason, 0.0) for reason, count in self.finished.items()
        }
        if any(value < 0 for value in (*sums.values(), *finished.values())):
            return None
        return Page(sums=sums, finished=finished, config=self.config)


def parse_page(text: str) -> Page:
    """The samples of a page that this project reads."""
    page = Page()
    for line in text.splitlines():
        match = _SAMPLE.match(line)
        value = printed_number(match[3]) if match else None
        if match is None or value is None:
            continue
        name, labels = match[1].removeprefix("vllm:"), match[2] or ""
        if name == "cache_config_info":
            page.config.update((key, text[:200]) for key, text in _LABEL.findall(labels))
        elif name in ("request_success_total", "request_success"):
            reason = dict(_LABEL.findall(labels)).get("finished_reason", "")
            page.finished[reason] = page.finished.get(reason, 0.0) + value
        elif not name.endswith("_bucket"):
            page.sums[name] = page.sums.get(name, 0.0) + value
    return page


def _read(document: Document) -> Evidence:
    return page_evidence(
        document.name,
        parse_page(document.text),
        document.at_line(1, _NAME),
        note="counted since the server started",
    )


def page_evidence(
    name: str, page: Page, origin: Origin, *, note: str, wall_s: float | None = None
) -> Evidence:
    """What a page says; over ``wall_s`` seconds, where it is the difference of two readings."""
    settings = [
        Fact(path=engine_setting_path(name), value=scalar(value), origin=origin, weight="log")
        for name, value in page.config.items()
        if value not in ("None", "")
    ]
    return Evidence(
        read=(f"{name}: {_NAME}",),
        delivered=tuple(_run(page, origin, note, wall_s)),
        settings=tuple(settings),
        engine_facts=tuple(_facts(page, origin)),
    )


def _run(page: Page, origin: Origin, note: str, wall_s: float | None) -> Iterator[Delivered]:
    requests = round(sum(page.finished.values()))
    prompt, output = page.total("prompt_tokens"), page.total("output_tokens")
    first, further = (
        _share(page.total("first_tokens_s"), page.total("first_tokens")),
        _share(page.total("further_tokens_s"), page.total("further_tokens")),
    )
    if requests:
        yield Delivered(
            tool=_NAME,
            origin=origin,
            requests=requests,
            prompt_tokens=None if prompt is None else round(prompt),
            output_tokens=None if output is None else round(output),
            wall_s=wall_s,
            mean_ttft_ms=None if first is None else first * 1000,
            mean_itl_ms=None if further is None else further * 1000,
            notes=(note,),
        )


def _facts(page: Page, origin: Origin) -> Iterator[Fact]:
    values = {
        name: page.total(name) for name in ("preemptions", "running", "waiting", "swapped", "kv_cache_usage")
    }
    hits = _share(page.total("hits"), page.total("queries"))
    values["prefix_cache_hit_rate"] = page.total("hit_rate") if hits is None else hits
    accepted = _share(page.total("accepted_tokens"), page.total("draft_tokens"))
    values["draft_acceptance_rate"] = page.total("acceptance") if accepted is None else accepted
    values["mean_batch"] = _share(page.total("output_tokens"), page.total("steps"))
    values["mean_queue_s"] = _share(page.total("queued_s"), page.total("queued"))
    values["recomputed_tokens"] = page.total("recomputed_tokens")
    stopped = sum(count for reason, count in page.finished.items() if reason == "stop")
    values["finished_by_stop"] = _share(stopped, sum(page.finished.values()))
    blocks, size = page.config.get("num_gpu_blocks"), page.config.get("block_size")
    tokens = page.config.get("kv_cache_size_tokens")
    values["kv_cache_tokens"] = printed_number(tokens) if tokens else None
    values["num_gpu_blocks"] = printed_number(blocks) if blocks else None
    values["block_size"] = printed_number(size) if size else None
    for name, value in values.items():
        if value is not None:
            yield Fact(path=name, value=value, origin=origin, weight="result")


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def evidence_between(
    before: str, after: str, seconds: float, origin: Origin, *, name: str, note: str
) -> Evidence | None:
    """What was counted between two readings of one server's page, with rates. None where it was
    restarted between them, or the readings are no two moments."""
    page = parse_page(after).since(parse_page(before))
    if page is None or seconds <= 0:
        return None
    rates = []
    for quantity, key in (("output tokens", "output_tokens"), ("prompt tokens", "prompt_tokens")):
        tokens = page.total(key)
        if tokens is not None:
            fields = {"quantity": quantity, "per_s": tokens / seconds, "origin": origin, "label": note}
            rates.append(ObservedRate.model_validate(fields))
    if page.finished:
        per_s = sum(page.finished.values()) / seconds
        rates.append(ObservedRate(quantity="requests", per_s=per_s, origin=origin, label=note))
    evidence = page_evidence(name, page, origin, note=note, wall_s=seconds)
    return evidence.model_copy(update={"rates": tuple(rates)})


READER = Reader(
    name=_NAME, sniff=lambda document: _MARK.search(document.text) is not None, read=_read, whole=True
)
