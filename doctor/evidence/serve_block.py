"""The `Serving Benchmark Result` block of vLLM's, SGLang's and their descendants' clients."""

from __future__ import annotations

import re

from doctor.evidence.numbers import printed_number
from doctor.schema.evidence import Delivered, Evidence, ObservedRate, Origin

_READER = "serving benchmark, printed"

_FIELDS = {
    "successful requests": "requests",
    "failed requests": "failed",
    "maximum request concurrency": "max_concurrency",
    "max request concurrency": "max_concurrency",
    "request rate configured (rps)": "request_rate_per_s",
    "traffic request rate": "request_rate_per_s",
    "benchmark duration (s)": "wall_s",
    "total input tokens": "prompt_tokens",
    "total generated tokens": "output_tokens",
    "peak concurrent requests": "peak_concurrency",
    "peak output token throughput (tok/s)": "peak_output_tokens_per_s",
    "mean ttft (ms)": "mean_ttft_ms",
    "p99 ttft (ms)": "p99_ttft_ms",
    "mean tpot (ms)": "mean_tpot_ms",
    "mean itl (ms)": "mean_itl_ms",
    "p99 itl (ms)": "p99_itl_ms",
}
_RATES = {
    "request throughput (req/s)": "requests",
    "output token throughput (tok/s)": "output tokens",
    "total token throughput (tok/s)": "total tokens",
    "input token throughput (tok/s)": "prompt tokens",
}
_COUNTS = frozenset(
    ("requests", "failed", "max_concurrency", "prompt_tokens", "output_tokens", "peak_concurrency")
)
_BEFORE = frozenset(("maximum request concurrency", "max request concurrency", "traffic request rate"))
"""Printed as the run begins, and some of it again in the block."""

_FIRST = frozenset(("successful requests", "failed requests"))
"""What the block begins with."""

_LINE = re.compile(r"^[\s>|#*]*([A-Z][A-Za-z0-9 ]{2,40}(?: \([a-zA-Z/]{1,8}\))?):\s+(-?[\d.,]+|inf)\s*$")

STARTS = (
    *(name[0].upper() + name[1:] for name in (*_FIELDS, *_RATES)),
    "Mean TTFT",
    "P99 TTFT",
    "Mean TPOT",
    "Mean ITL",
    "P99 ITL",
    "Total Token",
)


class ServeBlocks:
    """Collects one or several printed blocks. A key that comes again begins the next block."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._done: list[Delivered] = []
        self._rates: list[ObservedRate] = []
        self._fields: dict[str, float] = {}
        self._seen: set[str] = set()
        self._origin: Origin | None = None

    def take(self, number: int, text: str) -> bool:
        """Whether the line is one of the block's and was taken."""
        match = _LINE.match(text)
        key = match[1].strip().lower() if match else ""
        if match is None or (key not in _FIELDS and key not in _RATES):
            return False
        if key in self._seen and not (key in _BEFORE and self._seen <= _BEFORE | _FIRST):
            self._close()
        origin = Origin(file=self._file, line=number, reader=_READER)
        self._origin = self._origin or origin
        self._seen.add(key)
        value = printed_number(match[2])
        if value is None:
            return True
        if key in _FIELDS:
            self._fields[_FIELDS[key]] = value
        else:
            fields = {"quantity": _RATES[key], "per_s": value, "origin": origin, "label": match[1].strip()}
            self._rates.append(ObservedRate.model_validate(fields))
        return True

    def _close(self) -> None:
        if self._origin is not None and self._fields:
            values = {k: int(v) if k in _COUNTS else v for k, v in self._fields.items() if v >= 0}
            fields = {"tool": "serving benchmark", "origin": self._origin, **values}
            self._done.append(Delivered.model_validate(fields))
        self._fields, self._seen, self._origin = {}, set(), None

    def evidence(self) -> Evidence:
        """What was collected."""
        self._close()
        if not self._done and not self._rates:
            return Evidence()
        return Evidence(
            read=(f"{self._file}: {_READER}",), rates=tuple(self._rates), delivered=tuple(self._done)
        )
