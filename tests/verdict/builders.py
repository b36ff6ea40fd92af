"""Grounds for verdicts: the real accounting of the Qwen1.5-7B figure, measurements by hand."""

from __future__ import annotations

from doctor.planning.accounting import ObservedCounts, settle
from doctor.references import load_reference, reference_setup
from doctor.schema.accounting import Accounting
from doctor.schema.ledger import Fix, Ledger, LedgerLine, LineKind
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Arm, Factor, Plan, Replica, SettingChange
from doctor.schema.rates import Interval, Rates

QWEN_7B = load_reference("qwen1.5-7b-chat-a100-80g")
SETUP = reference_setup(QWEN_7B)
REPLICA = Replica(why="this machine has no GPU", length_scale=0.032, sequence_scale=0.571)


def accounting(observed: float | None = None, counts: ObservedCounts = "output") -> Accounting:
    return settle(QWEN_7B, observed, counts)


def plan(*, replica: bool = False, factors: tuple[Factor, ...] = ()) -> Plan:
    ids = {
        "reference": "Reference setup",
        "user": "Your setup",
        "single-request": "One request at a time",
        "kv-tight": "KV cache for an eighth of the load",
        "top-p": "Nucleus sampling",
    }
    arms = tuple(
        Arm(
            id=id_,
            title=title,
            role="reference" if id_ == "reference" else "user" if id_ == "user" else "ablation",
            setup=SETUP,
            cause=f"cause-of-{id_}",
        )
        for id_, title in ids.items()
    )
    return Plan(arms=arms, seed=0, budget_s=600, factors=factors, replica=REPLICA if replica else None)


def factor(id_: str, title: str, path: str, reference: int | None, user: int | None) -> Factor:
    change = SettingChange(path=path, reference=reference, user=user)
    return Factor(id=id_, title=title, resource="load", changes=(change,))


def measured(
    arm: str, ratio: tuple[float, float | None, float | None] | None = None, *, output_rate: float = 1000.0
) -> ArmMeasurement:
    """An arm that ran; ``ratio`` is estimate, low and high."""
    return ArmMeasurement(
        arm=arm,
        basis="replica",
        runs_ok=3,
        runs_invalid=0,
        runs_failed=0,
        rates=Rates(
            requests_per_s=output_rate / 1000,
            output_tokens_per_s=output_rate,
            total_tokens_per_s=2 * output_rate,
        ),
        ratio_to_reference=Interval(estimate=ratio[0], low=ratio[1], high=ratio[2], n=3) if ratio else None,
    )


def failed(arm: str, reason: str = "The engine died in the middle of this arm") -> ArmMeasurement:
    return ArmMeasurement(arm=arm, basis="replica", runs_ok=0, runs_invalid=0, runs_failed=3, reason=reason)


def line(
    id_: str,
    title: str,
    takes: float,
    *,
    factor: tuple[float, float, float] | None = None,
    kind: LineKind = "factor",
) -> LedgerLine:
    """A line that takes so much, ±10 % where its factor on the rate (estimate, low, high) is given."""
    reach = 0.1 * abs(takes)
    low, high = (takes - reach, takes + reach) if factor else (None, None)
    return LedgerLine(
        id=id_,
        kind=kind,
        title=title,
        tokens_per_s=Interval(estimate=takes, low=low, high=high),
        factor=Interval(estimate=factor[0], low=factor[1], high=factor[2]) if factor else None,
        basis="measured",
    )


def ledger(*lines: LedgerLine, fixes: tuple[Fix, ...] = (), replica: bool = False) -> Ledger:
    end = 1000.0 - sum(one.tokens_per_s.estimate for one in lines)
    return Ledger(
        title="From the reference setup to yours",
        basis="replica" if replica else "measured",
        counts="output",
        start_title="Reference",
        start_tokens_per_s=1000.0,
        end_title="Yours",
        end_tokens_per_s=end,
        lines=lines,
        fix_one=fixes,
    )
