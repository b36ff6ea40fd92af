"""Two saved readings of one server's metrics page: what was counted between them, as rates."""

from __future__ import annotations

from pathlib import Path

from doctor.evidence.metrics_page import READER, evidence_between, parse_page
from doctor.schema.evidence import Evidence, Origin, Unread

_LARGEST = 16 << 20
_DAY_S = 86_400.0


def read_pair(one: Path, other: Path) -> Evidence | None:
    """The evidence between the readings, by the files' times. None: they are not of one server's life.

    A copied file may have lost its time: where the times are none to go by, that is said.
    """
    before, after = sorted((_text(one), _text(other)), key=_output_tokens)
    seconds = abs(one.stat().st_mtime - other.stat().st_mtime)
    origin = Origin(file=other.name, line=1, reader=READER.name)
    name = f"{one.name} and {other.name}"
    if not 1.0 <= seconds <= _DAY_S:
        why = "two readings of a metrics page, and their files' times do not tell how far apart"
        return Evidence(unread=(Unread(origin=origin, why=why),))
    note = f"between two readings, {seconds:.0f} s apart by their files' times"
    return evidence_between(before, after, seconds, origin, name=name, note=note)


def _output_tokens(text: str) -> float:
    return parse_page(text).total("output_tokens") or 0.0


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(_LARGEST).decode("utf-8", "replace")
