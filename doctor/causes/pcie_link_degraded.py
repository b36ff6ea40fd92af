"""The card runs on fewer lanes or an older generation than it could."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.marks import Marks, below, judge_marks
from doctor.schema.finding import Remedy

_MARKS = Marks(environment={"gpu.pcie_width_share": below(1)}, statements=("said_pcie_link",))


def judge(case: Case) -> Judgement:
    """By what gives it away: see ``_MARKS``."""
    return judge_marks(
        case,
        _MARKS,
        because="transfers between GPUs and from the host take longer.",
        missing="nvidia-smi -q -d PCIE under load",
        decides="the same run in another slot",
        factor=(0.9, 0.6, 1.0),
        plausibility=0.5,
    )


CAUSE = Cause(
    id="pcie-link-degraded",
    title="The PCIe link trains below its best",
    family="gpu platform",
    needs=("signals", "environment"),
    judge=judge,
    remedy=Remedy(action="Move the card; check riser and BIOS.", verify_command="qdoctor env"),
    no_effect_known="Reports mix it with other causes (https://github.com/noonghunna/club-3090/issues/873).",
)
