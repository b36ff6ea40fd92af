"""`vllm bench latency --output-json`: one batch, over and over; no token counts of its own."""

from __future__ import annotations

from doctor.evidence.contract import Document, Reader
from doctor.evidence.numbers import json_number
from doctor.schema.evidence import Delivered, Evidence

_NAME = "vllm bench latency"


def _sniff(document: Document) -> bool:
    data = document.data
    return isinstance(data, dict) and "avg_latency" in data and "latencies" in data


def _read(document: Document) -> Evidence:
    assert isinstance(document.data, dict)
    seconds = json_number(document.data.get("avg_latency"))
    note = "seconds for one batch; batch size and lengths stand in the command only"
    origin = document.at_path("$.avg_latency", _NAME)
    run = Delivered(tool=_NAME, origin=origin, wall_s=seconds, notes=(note,))
    return Evidence(read=(f"{document.name}: {_NAME} result",), delivered=(run,))


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
