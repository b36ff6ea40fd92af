"""Going on with a check so that it comes to what an uninterrupted one comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from doctor.redaction import redact_record
from doctor.schema.environment import Environment
from doctor.schema.plan import Plan, PlannedRun
from doctor.schema.run import Run


def run_key(run: Run | PlannedRun) -> tuple[str, int, int]:
    """What a planned run and the run that was made of it have in common."""
    return run.arm, run.repeat, run.position


def scheduled(plan: Plan, runs: Iterable[Run]) -> tuple[Run, ...]:
    """The runs that the plan has. Others were planned after a fault that has been mended since."""
    wanted = {run_key(one) for one in plan.schedule}
    return tuple(run for run in runs if run_key(run) in wanted)


def before_the_fault(plan: Plan, runs: Sequence[Run]) -> Plan:
    """The plan up to the first round in which a run failed.

    Later rounds were decided without that run: once it is made, they are decided anew. Those that
    come out as before find their runs already made.
    """
    hurt = [run.repeat for run in scheduled(plan, runs) if run.status == "failed"]
    decided = [one for one in plan.decisions if one.arms]
    if not hurt or not decided:
        return plan
    # Where engine starts are dear, the first decision makes two rounds at once.
    extra = plan.rounds - len(decided)
    last = max(0, min(hurt) - extra)
    return plan.model_copy(
        update={
            "schedule": tuple(one for one in plan.schedule if max(0, one.repeat - extra) <= last),
            "decisions": tuple(decided[: last + 1]),
        }
    )


def other_machine(before: Environment, now: Environment) -> str | None:
    """How this machine differs from the one a check was begun on; None for one of the same make.

    By what stays while a machine runs: its GPUs, its processor, its cores; what either side does not know is
    no difference. What was kept had names taken out, so both are looked at without.
    """
    before, now = redact_record(before), redact_record(now)
    pairs = {
        "GPUs": (_gpus(before), _gpus(now)),
        "processor": (before.cpu_model, now.cpu_model),
        "cores": (before.cpus_machine, now.cpus_machine),
    }
    differing = [f"{what}: {a} then, {b} now" for what, (a, b) in pairs.items() if a and b and a != b]
    return "; ".join(differing) or None


def _gpus(environment: Environment) -> str:
    return ", ".join(gpu.name for gpu in environment.gpus) or "none"
