"""What is concluded from somebody's words alone: one rule for every cause that falls back on them."""

from __future__ import annotations

from doctor.causes.contract import Judgement
from doctor.causes.lookup import about, ruled_out, speaks_against, speaks_for, weighty
from doctor.schema.evidence import Signal

COMPARED = 0.85
"""How likely a cause acts where somebody compared both ways or calls it the reason."""


def by_words(
    said: Signal,
    summary: str,
    *,
    factor: tuple[float, float, float] | None,
    decides: str,
    plausibility: float = 0.6,
) -> Judgement:
    """A statement as a judgement: a suspicion where the thing is only named, and as strong as a
    measurement where it was compared both ways or is said to be the reason."""
    strong = weighty(said)
    return Judgement(
        "inconclusive",
        summary,
        (speaks_for(f"it is said: “{said.text}”", said.origin),),
        strength="measured" if strong else "configuration",
        factor=about(*factor) if factor else None,
        would_decide=decides,
        plausibility=max(COMPARED, plausibility) if strong else plausibility,
    )


def tried_without_effect(said: Signal) -> Judgement:
    """Somebody changed it and nothing changed: that excludes it better than any setting."""
    words = f"it was changed without effect: “{said.text}”"
    return ruled_out(f"It was tried: “{said.text}”.", speaks_against(words, said.origin))
