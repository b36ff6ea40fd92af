"""The cells of a factorial as measured: what the attribution rests on."""

from __future__ import annotations

from collections.abc import Sequence

from doctor.schema.measurement import CellRate, CellTable
from doctor.schema.plan import Arm, Basis
from doctor.schema.rates import Counts
from doctor.schema.run import Run
from doctor.statistics.fit import fit_arms
from doctor.statistics.repeats import stability_of_arms


def cell_table(
    runs: Sequence[Run], arms: Sequence[Arm], basis: Basis, counts: Counts = "output"
) -> CellTable:
    """Log mean rates of the reference, user and cell arms with their shared noise.

    Ablations and arms without a valid run have no cell. All cells are fitted together, so a
    cell with one run has an interval as soon as any cell was repeated.
    """
    wanted = {arm.id: arm for arm in arms if arm.role != "ablation"}
    used = [run for run in runs if run.arm in wanted]
    fit = fit_arms(used, counts)
    if fit is None:
        return CellTable(basis=basis, counts=counts, cells=(), notes=("No cell has a valid run.",))
    stability = stability_of_arms(used)
    cells = []
    for arm_id, mean in zip(fit.arms, fit.means, strict=True):
        own = [run for run in used if run.arm == arm_id and run.status == "ok"]
        state, why = stability[arm_id]
        requests = sum(len(run.output_tokens) for run in own)
        cells.append(
            CellRate(
                factors=wanted[arm_id].factors,
                arm=arm_id,
                log_rate=float(mean),
                n=len(own),
                stability=state,
                stability_why=why,
                output_tokens_per_request=sum(sum(run.output_tokens) for run in own) / requests,
                prompt_tokens_per_request=sum(sum(run.prompt_tokens) for run in own) / requests,
            )
        )
    return CellTable(
        basis=basis, counts=counts, cells=tuple(cells), noise=fit.noise, method=fit.method, notes=fit.notes
    )
