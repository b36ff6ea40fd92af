"""`summary.csv` of `vllm bench sweep serve`: one row per run, with the settings that were swept."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import islice

from doctor.evidence.bench_serve import READER as RESULT
from doctor.evidence.contract import Document, Reader
from doctor.evidence.numbers import json_number
from doctor.schema.evidence import Evidence

_NAME = "vllm bench sweep summary"
_LARGEST_CELL = 1 << 20
_MOST_ROWS = 500


def _sniff(document: Document) -> bool:
    head = document.text[:20_000].split("\n", 1)[0].split(",")
    return "output_throughput" in head and "duration" in head


def _read(document: Document) -> Evidence:
    csv.field_size_limit(_LARGEST_CELL)
    rows = csv.DictReader(StringIO(document.text))
    try:
        records = [
            {name: _cell(text) for name, text in row.items() if name and text}
            for row in islice(rows, _MOST_ROWS)
        ]
    except csv.Error:
        return Evidence()
    best_first = sorted(records, key=lambda record: -(json_number(record.get("output_throughput")) or 0.0))
    evidence = RESULT.read(Document(document.name, "", document.first_line, best_first))
    name = f"{document.name}: {_NAME}, {len(records)} runs, the fastest first"
    return evidence.model_copy(update={"read": (name,)})


def _cell(text: str) -> object:
    """Whole numbers as such; what else a cell holds is told apart where it is used."""
    return int(text) if text.isdecimal() and len(text) < 15 else text


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
