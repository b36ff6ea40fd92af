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
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

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
    "running": ("num_requests_running",),
    "waiting": ("num_requests_waiting",),
    "swapped": ("num_requests_swapped",),
    "kv_cache_usage": ("kv_cache_usage_perc", "gpu_cache_usage_perc"),
    "draft_tokens": ("spec_decode_num_draft_tokens_total", "spec_decode_num_draft_tokens"),
    "accepted_tokens": ("spec_decode_num_accepted_tokens_total", "spec_decode_num_accepted_tokens"),
    "recomputed_tokens": ("prompt_tokens_recomputed_total",),
}
"""A quantity, and its names by version; the first that occurs counts."""


@dataclass
class Page:
    """Samples summed over engines, and the labels of the configuration gauge."""

    sums: dict[str, float] = field(default_factory=dict)
    finished: dict[str, float] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)

    def total(self, quantity: str) -> float | None:
        """The quantity under whatever name this version gives it."""
        return next((self.sums[name] for name in _SUMS[quantity] if name in self.sums), None)


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
    page = parse_page(document.text)
    origin = document.at_line(1, _NAME)
    requests = round(sum(page.finished.values())) or None
    prompt, output = page.total("prompt_tokens"), page.total("output_tokens")
    delivered: tuple[Delivered, ...] = ()
    if requests:
        run = Delivered(
            tool=_NAME,
            origin=origin,
            requests=requests,
            prompt_tokens=None if prompt is None else round(prompt),
            output_tokens=None if output is None else round(output),
            notes=("counted since the server started",),
        )
        delivered = (run,)
    settings = [
        Fact(path=engine_setting_path(name), value=scalar(value), origin=origin, weight="log")
        for name, value in page.config.items()
        if value not in ("None", "")
    ]
    return Evidence(
        read=(f"{document.name}: {_NAME}",),
        delivered=delivered,
        settings=tuple(settings),
        engine_facts=tuple(_facts(page, origin)),
    )


def _facts(page: Page, origin: Origin) -> Iterator[Fact]:
    values = {
        name: page.total(name) for name in ("preemptions", "running", "waiting", "swapped", "kv_cache_usage")
    }
    values["prefix_cache_hit_rate"] = _share(page.total("hits"), page.total("queries"))
    values["draft_acceptance_rate"] = _share(page.total("accepted_tokens"), page.total("draft_tokens"))
    values["recomputed_tokens"] = page.total("recomputed_tokens")
    stopped = sum(count for reason, count in page.finished.items() if reason == "stop")
    values["finished_by_stop"] = _share(stopped, sum(page.finished.values()))
    blocks, size = page.config.get("num_gpu_blocks"), page.config.get("block_size")
    values["num_gpu_blocks"] = printed_number(blocks) if blocks else None
    values["block_size"] = printed_number(size) if size else None
    for name, value in values.items():
        if value is not None:
            yield Fact(path=name, value=value, origin=origin, weight="result")


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def rates_between(before: str, after: str, seconds: float, origin: Origin) -> tuple[ObservedRate, ...]:
    """Rates between two readings of one server's page. Nothing where it was restarted between."""
    first, second = parse_page(before), parse_page(after)
    found = []
    for quantity, name in (("output tokens", "output_tokens"), ("prompt tokens", "prompt_tokens")):
        start, end = first.total(name), second.total(name)
        if start is not None and end is not None and end >= start and seconds > 0:
            fields = {"quantity": quantity, "per_s": (end - start) / seconds, "origin": origin, "label": name}
            found.append(ObservedRate.model_validate(fields))
    done = sum(second.finished.values()) - sum(first.finished.values())
    if done >= 0 and seconds > 0 and second.finished:
        found.append(ObservedRate(quantity="requests", per_s=done / seconds, origin=origin))
    return tuple(found)


READER = Reader(
    name=_NAME, sniff=lambda document: _MARK.search(document.text) is not None, read=_read, whole=True
)
