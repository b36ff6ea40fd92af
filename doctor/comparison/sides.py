"""One check as a side of a comparison: the arm that speaks for it, and its setups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doctor.errors import InputError
from doctor.schema.comparison import Row, Side
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Arm, Difference
from doctor.schema.rates import Interval
from doctor.schema.report import Report
from doctor.schema.setup import Setup

LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, eq=False)
class Held:
    """A report with what the comparison takes from it."""

    report: Report
    side: Side

    @property
    def arms(self) -> dict[str, str]:
        """Titles of the arms that were measured, by id."""
        measured = {one.arm for one in self.report.measurements if one.rates is not None}
        return {arm.id: arm.title for arm in _arms(self.report) if arm.id in measured}

    @property
    def reference_arm(self) -> str | None:
        """The arm of the reference setup, where it was measured."""
        return next(
            (arm.id for arm in _arms(self.report) if arm.role == "reference" and arm.id in self.arms), None
        )

    @property
    def over_reference(self) -> Interval | None:
        """The speaking arm's rate over the reference arm's."""
        return _measurement(self.report, self.side.arm).ratio_to_reference

    @property
    def lengths(self) -> tuple[int, int]:
        """Tokens in and out per request of the speaking arm."""
        workload = self.setup_of(self.side.arm).workload
        return workload.input_len, workload.output_len

    def rate_of(self, arm: str) -> Interval | None:
        """An arm's output rate; None where it was not measured."""
        found = next((one for one in self.report.measurements if one.arm == arm), None)
        return found.output_tokens_per_s if found else None

    def setup_of(self, arm: str) -> Setup:
        """An arm's setup, as it was run."""
        return next(one.setup for one in _arms(self.report) if one.id == arm)

    def setup_key(self, arm: str) -> str:
        """Equal for equal setups, wherever their values came from and their model lay."""
        setup = self.setup_of(arm)
        model = setup.model.model_copy(update={"path": None})
        return setup.model_copy(update={"origins": {}, "model": model}).model_dump_json()


def held(name: str, report: Report, place: int) -> Held:
    """The report as a side. Raises InputError where nothing in it can speak for it."""
    arm = _speaking(report)
    if arm is None:
        raise InputError(
            "Nothing was measured in this check, so there is no rate to compare",
            where=name,
            next_step="Give checks that ran: `qdoctor report show` says what one holds.",
        )
    measured = _measurement(report, arm.id)
    assert measured.rates is not None
    assert measured.output_tokens_per_s is not None
    engine = next((run.engine for run in report.runs if run.engine is not None), None)
    side = Side(
        label=LABELS[place],
        name=name,
        created_at=report.provenance.created_at,
        qdoctor_version=report.provenance.qdoctor_version,
        reference=report.reference.id,
        engine=report.provenance.engine_tried,
        device=(engine.device_name or engine.device) if engine else "",
        arm=arm.id,
        arm_title=arm.title,
        basis=measured.basis,
        rates=measured.rates,
        output_tokens_per_s=measured.output_tokens_per_s,
        runs=measured.runs_ok,
    )
    return Held(report=report, side=side)


def settings_rows(
    sides: Sequence[Held], differences: Callable[[Setup, Setup], tuple[Difference, ...]]
) -> tuple[Row, ...]:
    """Every setting in which a speaking arm differs from the first side's."""
    setups = [one.setup_of(one.side.arm) for one in sides]
    tables = [{row.path: row for row in differences(setups[0], other)} for other in setups[1:]]
    rows = []
    for path in dict.fromkeys(path for table in tables for path in table):
        told = next(table[path] for table in tables if path in table)
        others = [table.get(path) for table in tables]
        rows.append(
            Row(
                what=path,
                values=(told.reference, *(row.user if row else told.reference for row in others)),
                origins=(
                    told.reference_origin,
                    *(row.user_origin if row else told.reference_origin for row in others),
                ),
            )
        )
    return tuple(rows)


def _arms(report: Report) -> tuple[Arm, ...]:
    return report.plan.arms if report.plan else ()


def _speaking(report: Report) -> Arm | None:
    """The user's arm where it was measured; the reference arm where no setup was given."""
    measured = {
        one.arm
        for one in report.measurements
        if one.rates is not None and one.output_tokens_per_s is not None
    }
    by_role = {arm.role: arm for arm in _arms(report) if arm.role in ("reference", "user")}
    arm = by_role.get("user", by_role.get("reference"))
    return arm if arm is not None and arm.id in measured else None


def _measurement(report: Report, arm: str) -> ArmMeasurement:
    return next(one for one in report.measurements if one.arm == arm)
