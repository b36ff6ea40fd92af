"""From the kept runs to the report: measurements, ledgers, findings, verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from doctor import __version__
from doctor.attribution.ledger import build_ledger
from doctor.attribution.published import published_ledger
from doctor.causes.catalogue import load_causes
from doctor.causes.measured import judge_arm, judge_inflation, judge_line
from doctor.examination import examine
from doctor.pipeline.ends import counted_away, observed_end, published_end
from doctor.pipeline.expecting import expected, filling, foretold_findings
from doctor.pipeline.reported import reported_findings
from doctor.pipeline.resuming import scheduled
from doctor.pipeline.settling import Settled
from doctor.pipeline.surroundings import machine_findings
from doctor.planning.arms import REFERENCE
from doctor.redaction import redact_record, redactions
from doctor.reporting.html import render_html
from doctor.reporting.markdown import render_markdown
from doctor.rundir import RunDirectory
from doctor.schema.check import CheckResult
from doctor.schema.environment import Environment
from doctor.schema.evidence import Evidence
from doctor.schema.finding import Finding
from doctor.schema.ledger import Ledger
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.model_fit import ModelFit
from doctor.schema.plan import Basis, Plan
from doctor.schema.prediction import Forecast
from doctor.schema.report import Provenance, Report, Verdict
from doctor.schema.request import CheckRequest
from doctor.schema.run import Run
from doctor.statistics.cells import cell_table
from doctor.statistics.measure import measure_arms
from doctor.statistics.noise import noise_floor
from doctor.telemetry.facts import telemetry_lost
from doctor.verdict.expectation import expectation
from doctor.verdict.fixes import first_fixes
from doctor.verdict.ranking import ranking
from doctor.verdict.sentence import Grounds, verdict


def judged(
    request: CheckRequest,
    settled: Settled,
    evidence: Evidence,
    directory: RunDirectory,
    duration_s: float,
    *,
    interrupted: bool,
) -> Report:
    """From the kept runs to the report, written in three forms."""
    plan = directory.read("plan", Plan) if directory.has("plan") else None
    runs = scheduled(plan, directory.runs()) if plan else ()
    environment = directory.read("environment", Environment)
    fit = directory.read("model_fit", ModelFit) if directory.has("model_fit") else None
    measurements, ledgers = _measured(settled, plan, runs, environment)
    told = expected(settled, environment, plan, measurements, runs)
    findings = (*_findings(plan, measurements, ledgers), *foretold_findings(settled, told))
    known = {finding.cause for finding in findings}
    findings = (*findings, *machine_findings(settled, environment, plan, runs, known))
    known = {finding.cause for finding in findings}
    findings = (*findings, *reported_findings(settled, evidence, known))
    findings = tuple(_runnable(finding, settled.reference.id) for finding in findings)
    noise = noise_floor(runs)
    every_ledger = (*ledgers, told.ledger) if told.ledger else ledgers
    ranked = ranking(settled.accounting, every_ledger, findings)
    failures = _failures(plan, runs)
    grounds = Grounds(settled.accounting, plan, measurements, ledgers, failures, interrupted, noise, ranked)
    report = Report(
        provenance=Provenance(
            qdoctor_version=__version__,
            created_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            command=request.command,
            run_directory=str(directory.path),
            duration_s=duration_s,
            interrupted=interrupted,
            unredacted=not directory.redacting,
            engine_tried=next((f"vLLM {run.engine.vllm_version}" for run in runs if run.engine), ""),
        ),
        verdict=_with_expectation(verdict(grounds), told.forecast, settled),
        reference=settled.reference,
        reference_setup=settled.target,
        user_setup=settled.user,
        accounting=settled.accounting,
        environment=environment,
        checks=_checks(environment, fit),
        plan=plan,
        measurements=measurements,
        noise=noise,
        ledgers=every_ledger,
        ranking=ranked,
        forecast=told.forecast,
        findings=findings,
        fixes=first_fixes(settled.reference.id, settled.accounting, plan, measurements, ledgers, findings),
        runs=runs,
        warnings=telemetry_lost(runs),
    )
    if directory.redacting:
        report = redact_record(report)
        report = report.model_copy(update={"redacted": redactions(report)})
    directory.write("report", report)
    directory.write_text("report.html", render_html(report))
    directory.write_text("report.md", render_markdown(report))
    return report


def _checks(environment: Environment, fit: ModelFit | None) -> tuple[CheckResult, ...]:
    """What the checks say of the readings before the first run; older directories hold none of the model."""
    results = examine((), environment, fit)
    return results if fit else tuple(one for one in results if one.family != "Model")


def _with_expectation(found: Verdict, forecast: Forecast, settled: Settled) -> Verdict:
    """What the card should give stands beside every verdict on a figure."""
    sentence = expectation(forecast, settled.accounting)
    if sentence is None or found.outcome == "failed":
        return found
    return found.model_copy(update={"details": (*found.details, sentence)})


def _measured(
    settled: Settled, plan: Plan | None, runs: Sequence[Run], environment: Environment
) -> tuple[tuple[ArmMeasurement, ...], tuple[Ledger, ...]]:
    """The arms, and the ledgers: the whole way in one where the published setup itself ran here."""
    accounting = settled.accounting
    why = f"not measured here: {plan.replica.why}" if plan and plan.replica else ""
    computed = published_ledger(accounting, why)
    arithmetic = (computed,) if computed else ()
    if plan is None:
        return (), arithmetic
    basis: Basis = "replica" if plan.replica else "measured"
    measurements = measure_arms(runs, plan.arms, REFERENCE, basis)
    table = cell_table(runs, plan.arms, basis)
    prediction = filling(plan, table, environment)
    if plan.replica:
        title = "From the reference setup to yours, on the replica"
        split = (
            (build_ledger(table, plan.factors, title=title, prediction=prediction),) if plan.factors else ()
        )
        return measurements, (*arithmetic, *split)
    noise = noise_floor(runs)
    of_one_run = noise.run_to_run_sd if noise else 0.0
    whole = build_ledger(
        table,
        plan.factors,
        title="From the published figure to yours",
        published=published_end(accounting, of_one_run),
        observed=observed_end(accounting, of_one_run),
        accounting_tokens_per_s=counted_away(accounting),
        prediction=prediction,
    )
    return measurements, (*arithmetic, whole) if whole.refused else (whole,)


def _findings(
    plan: Plan | None, measurements: Sequence[ArmMeasurement], ledgers: Sequence[Ledger]
) -> tuple[Finding, ...]:
    """Each cause by the ledger line of its factor, else by its ablation's arm."""
    if plan is None:
        return ()
    lines = {line.id: line for ledger in ledgers for line in ledger.lines if line.kind == "factor"}
    step = next((line for ledger in ledgers for line in ledger.lines if line.id == "setting"), None)
    conditional = {arm.id for arm in plan.arms if arm.conditional}
    arms = {one.arm: one for one in measurements}
    present = False if plan.differences else None
    found = []
    for cause in load_causes():
        ran = [arms[one.id] for one in cause.ablations if one.id in arms]
        # Where several causes share a factor, its line speaks for those that a run can measure.
        if cause.factor in lines and cause.ablations:
            found.append(judge_line(cause, lines[cause.factor]))
        elif ran and ran[0].arm in conditional:
            inflation = judge_inflation(cause, ran[0], step) if step else None
            found += [inflation] if inflation else []
        elif ran:
            found.append(judge_arm(cause, ran[0], present=present))
    return tuple(found)


def _runnable(finding: Finding, reference: str) -> Finding:
    """With a command that can be pasted as it stands: a check needs the figure that it is held against."""
    remedy = finding.remedy
    if remedy is None or "--reference" in remedy.verify_command:
        return finding
    command = remedy.verify_command.replace("qdoctor check", f"qdoctor check --reference {reference}")
    return finding.model_copy(update={"remedy": remedy.model_copy(update={"verify_command": command})})


def _failures(plan: Plan | None, runs: Sequence[Run]) -> tuple[str, ...]:
    """What did not run or did not deliver, one sentence an arm."""
    titles = {arm.id: arm.title for arm in plan.arms} if plan else {}
    reasons: dict[tuple[str, str, str], int] = {}
    for run in runs:
        if run.status != "ok":
            key = (titles.get(run.arm, run.arm), run.status, run.reason)
            reasons[key] = reasons.get(key, 0) + 1
    return tuple(
        f"{title}: {count} run{'s' if count > 1 else ''} {status}: {reason}"
        for (title, status, reason), count in reasons.items()
    )
