"""The section of docs/accuracy.md that the scores make."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.faults.score import Score

KINDS = {0: "sound set-ups", 1: "one fault", 2: "two faults", 3: "three faults"}


def tables(scores: Sequence[Score], circumstances: str) -> str:
    """Summary, confusion and one row per case, in Markdown."""
    spoilt = [one for one in scores if one.faults]
    sound = [one for one in scores if not one.faults]
    alarms = sum(one.false_alarm for one in sound)
    lines = [
        circumstances,
        "",
        "| cases with | cases | main cause first | in the first three | every cause found "
        "| nothing else blamed | share error, mean (largest) |",
        "|---|--:|--:|--:|--:|--:|--:|",
        *(
            _summary(KINDS[size], [one for one in spoilt if len(one.faults) == size])
            for size in sorted({len(one.faults) for one in spoilt})
        ),
        *([_summary("**all faults**", spoilt)] if spoilt else []),
        "",
        f"Sound set-ups: {len(sound)}; a gap was told in {alarms} of them.",
        "",
        *_confusion(spoilt),
        "",
        "| case | true shares, % of the gap | told shares | main cause at | missed | blamed | check |",
        "|---|---|---|--:|---|---|--:|",
        *(_row(one) for one in sorted(scores, key=lambda one: one.case)),
    ]
    return "\n".join(lines)


def _summary(name: str, scores: Sequence[Score]) -> str:
    errors = [100 * abs(error) for one in scores for error in one.share_errors.values()]
    return (
        f"| {name} | {len(scores)} | {_of(one.main_place == 1 for one in scores)} "
        f"| {_of(1 <= one.main_place <= 3 for one in scores)} | {_of(not one.missed for one in scores)} "
        f"| {_of(not one.blamed for one in scores)} | {statistics.fmean(errors):.1f} ({max(errors):.0f}) |"
    )


def _of(truths: Iterable[bool]) -> str:
    values = list(truths)
    return f"{sum(values)} ({100 * sum(values) / len(values):.0f} %)"


def _confusion(scores: Sequence[Score]) -> list[str]:
    """Main cause against what stood first; cases where they agree are counted on the diagonal."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in scores:
        main = max(one.true_shares, key=lambda fault: one.true_shares[fault])
        counts[(main, main if one.main_place == 1 else one.first)] += 1
    mains = sorted({main for main, _ in counts})
    lines = ["| main cause | first in the ranking: itself | another |", "|---|--:|---|"]
    for main in mains:
        others = [f"{first} {n}" for (of, first), n in sorted(counts.items()) if of == main and first != main]
        lines.append(f"| {main} | {counts[(main, main)]} | {', '.join(others) or '–'} |")
    return lines


def _row(one: Score) -> str:
    place = "–" if not one.faults else "not named" if one.main_place == 0 else str(one.main_place)
    if one.false_alarm:
        place = "false alarm"
    return (
        f"| {one.case} | {_shares(one.true_shares)} | {_shares(one.told_shares)} | {place} "
        f"| {', '.join(one.missed) or '–'} | {', '.join(one.blamed) or '–'} | {one.took_s:.0f} s |"
    )


def _shares(shares: dict[str, float]) -> str:
    return ", ".join(f"{fault} {100 * share:.0f}" for fault, share in shares.items()) or "–"
