"""Evidence of several documents as one."""

from __future__ import annotations

from collections.abc import Iterable

from doctor.schema.evidence import Evidence


def join(parts: Iterable[Evidence]) -> Evidence:
    """All facts of all parts, in their order."""
    kept = [part for part in parts if part != Evidence()]
    return Evidence(
        read=tuple(dict.fromkeys(item for part in kept for item in part.read)),
        rates=tuple(item for part in kept for item in part.rates),
        delivered=tuple(item for part in kept for item in part.delivered),
        settings=tuple(item for part in kept for item in part.settings),
        engine_facts=tuple(item for part in kept for item in part.engine_facts),
        environment=tuple(item for part in kept for item in part.environment),
        script=tuple(item for part in kept for item in part.script),
        stats=tuple(item for part in kept for item in part.stats),
        signals=tuple(item for part in kept for item in part.signals),
        unread=tuple(item for part in kept for item in part.unread),
    )
