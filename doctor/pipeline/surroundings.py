"""What the machine's own state says about causes: read before the runs, and sampled during them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from doctor.causes.catalogue import load_causes
from doctor.causes.contract import Case, Cause, Judgement
from doctor.pipeline.settling import Settled
from doctor.probes.facts import environment_facts
from doctor.schema.environment import Environment
from doctor.schema.evidence import Evidence
from doctor.schema.finding import Finding
from doctor.schema.plan import Plan
from doctor.schema.run import Run
from doctor.telemetry.facts import run_facts


def machine_findings(
    settled: Settled,
    environment: Environment,
    plan: Plan | None,
    runs: Sequence[Run],
    already: Collection[str],
) -> tuple[Finding, ...]:
    """The causes that the machine's readings speak for or against; not those ``already`` judged.

    On a replica the figure comes from another machine: what is found here then stays open.
    """
    gpus = max(1, settled.target.hardware.count)
    facts = (*environment_facts(environment, gpus), *run_facts(runs, environment.cpus_machine))
    case = Case(evidence=Evidence(environment=facts), reference=settled.target, accounting=settled.accounting)
    elsewhere = plan is None or plan.replica is not None
    judged = [
        (cause, cause.judge(case))
        for cause in load_causes()
        if "environment" in cause.needs and cause.id not in already
    ]
    return tuple(
        _finding(cause, judgement, elsewhere=elsewhere) for cause, judgement in judged if judgement.lines
    )


def _finding(cause: Cause, judgement: Judgement, *, elsewhere: bool) -> Finding:
    finding = cause.finding(judgement).model_copy(update={"line": "setting"})
    if not elsewhere or finding.status not in ("confirmed", "ruled out"):
        return finding
    words = f"{finding.summary} That is so on this machine; of the one that gave the figure it is not known."
    return finding.model_copy(update={"status": "inconclusive", "summary": words})
