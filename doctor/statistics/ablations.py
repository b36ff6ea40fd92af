"""What is asked of each ablation: whether it costs anything, and about how much."""

from __future__ import annotations

import math
from collections.abc import Sequence

from doctor.schema.plan import Arm
from doctor.schema.question import Question
from doctor.schema.run import Run
from doctor.statistics.fit import fit_arms
from doctor.statistics.ratios import ratio_of_arms

RANK = 10
"""After everything that the gap itself needs."""
NEGLIGIBLE = 0.03
"""An effect within this, on the log scale, is none."""
PRECISION = 0.05
"""An effect whose interval is this narrow either way is known well enough."""


def ablation_questions(runs: Sequence[Run], arms: Sequence[Arm], reference_arm: str) -> tuple[Question, ...]:
    """One question for each ablation that ran validly."""
    fit = fit_arms(runs, "output")
    asked = []
    for arm in arms:
        ratio = ratio_of_arms(runs, arm.id, reference_arm, fit) if arm.role == "ablation" else None
        if ratio is None:
            continue
        asked.append(
            Question(
                name=f"effect of {arm.title}",
                rank=RANK,
                weights={arm.id: 1.0, reference_arm: -1.0},
                estimate=math.log(ratio.estimate),
                half_width=math.log(ratio.high / ratio.low) / 2 if ratio.low and ratio.high else None,
                threshold=NEGLIGIBLE,
                precision=PRECISION,
            )
        )
    return tuple(asked)
