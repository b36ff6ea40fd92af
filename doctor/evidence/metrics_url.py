"""A live metrics page, read twice so that its counters give rates."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

from doctor.errors import InputError
from doctor.evidence.contract import Document
from doctor.evidence.metrics_page import READER, evidence_between
from doctor.schema.evidence import Evidence

LARGEST = 16 << 20
TIMEOUT_S = 10.0


def read_metrics_url(url: str, *, apart_s: float = 10.0) -> Evidence:
    """What the page says now, and the rates over ``apart_s`` seconds."""
    if not url.startswith(("http://", "https://")):
        raise InputError(f"{url!r} is no web address", next_step="Give http://host:port/metrics.")
    started = time.monotonic()
    before = _fetch(url)
    time.sleep(apart_s)
    after = _fetch(url)
    seconds = time.monotonic() - started
    document = Document(url, after)
    if not READER.sniff(document):
        raise InputError("the page holds no metric of vLLM's", where=url, next_step="Add /metrics.")
    origin = document.at_line(1, READER.name)
    note = f"between two readings, {seconds:.0f} s apart"
    between = evidence_between(before, after, seconds, origin, name=url, note=note)
    return between or READER.read(document)


def _fetch(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - http(s) only, checked
            return str(answer.read(LARGEST).decode("utf-8", "replace"))
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise InputError(
            f"the metrics page cannot be read: {error}", where=url, next_step="Check that the server runs."
        ) from error
