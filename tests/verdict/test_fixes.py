from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from doctor.schema.finding import Finding, FindingStatus, Remedy
from doctor.schema.ledger import Fix, Ledger
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Plan
from doctor.schema.rates import Interval
from doctor.schema.report import FixAdvice
from doctor.verdict.fixes import first_fixes
from tests.verdict.builders import accounting, factor, ledger, line, measured, plan

CONCURRENCY = factor("concurrency", "Requests in flight", "workload.max_concurrency", None, 1)
LENGTH = factor("output_length", "Output length", "workload.output_len", 1000, 125)


def fix(of: str, gain: float, low: float, fraction: float) -> Fix:
    return Fix(
        factors=(of,),
        gain_tokens_per_s=Interval(estimate=gain, low=low, high=2 * gain - low),
        gain_fraction=fraction,
    )


def finding(
    cause: str,
    of: str = "",
    *,
    behind: Literal["", "setting", "unexplained"] = "",
    status: FindingStatus = "confirmed",
) -> Finding:
    return Finding(
        cause=cause,
        title=f"Title of {cause}",
        family="client",
        status=status,
        summary="…",
        factor=of or None,
        line=behind,
        remedy=Remedy(action=f"Do something about {cause}.", verify_command=f"verify {cause}"),
    )


def fixes(
    observed: float | None = None,
    *,
    planned: Plan | None = None,
    measurements: Sequence[ArmMeasurement] = (),
    ledgers: Sequence[Ledger] = (),
    findings: Sequence[Finding] = (),
) -> tuple[FixAdvice, ...]:
    counted = accounting(observed, "output")
    return first_fixes("qwen1.5-7b-chat-a100-80g", counted, planned, measurements, ledgers, findings)


def test_counting_the_same_comes_first_and_costs_nothing() -> None:
    (first,) = fixes(1000.0)
    assert "2298.89 counts prompt and output tokens" in first.action
    assert "1149 output tok/s" in first.action
    # 2298.89 − 1149.4 vanishes by counting, of the 2298.89 − 1000 that are seen first.
    assert first.expected_gain == "1149 of the apparent gap of 1299 are prompt tok/s (computed)"
    assert "--observed 1000 --observed-counts output" in first.verify_command


def test_no_observed_figure_nothing_to_count() -> None:
    assert fixes() == ()


def test_measured_fixes_are_ordered_by_what_they_bring() -> None:
    made = ledger(
        line("concurrency", "Requests in flight", 700.0),
        line("output_length", "Output length", 100.0),
        fixes=(fix("output_length", 50.0, 20.0, 0.25), fix("concurrency", 600.0, 500.0, 3.0)),
    )
    told = fixes(
        planned=plan(factors=(CONCURRENCY, LENGTH)),
        ledgers=[made],
        findings=[finding("insufficient-concurrency", "concurrency")],
    )
    assert [one.title for one in told] == ["Requests in flight", "Output length"]
    assert told[0].action == (
        "workload.max_concurrency back to the engine's default (yours: 1). "
        "Do something about insufficient-concurrency."
    )
    assert told[0].expected_gain == "+600.0 output tok/s, ×4.00 on your rate (measured)"
    assert told[0].verify_command == "verify insufficient-concurrency"
    assert told[1].action == "workload.output_len back to 1000 (yours: 125)"


def test_on_a_replica_no_tokens_per_second_are_promised() -> None:
    made = ledger(line("a", "A", 700.0), fixes=(fix("concurrency", 600.0, 500.0, 3.0),), replica=True)
    (told,) = fixes(planned=plan(replica=True, factors=(CONCURRENCY,)), ledgers=[made])
    assert told.expected_gain == "×4.00 on your rate (measured on a replica)"


def test_a_gain_that_may_be_none_is_not_advised() -> None:
    made = ledger(line("a", "A", 1.0), fixes=(fix("concurrency", 5.0, -3.0, 0.01),))
    assert fixes(planned=plan(factors=(CONCURRENCY,)), ledgers=[made]) == ()


def test_without_a_setup_the_costliest_ablations_say_where_to_look() -> None:
    told = fixes(
        planned=plan(replica=True),
        measurements=[
            measured("reference", (1.0, 1.0, 1.0)),
            measured("top-p", (0.33, 0.30, 0.36)),
            measured("single-request", (0.15, 0.13, 0.17)),
            measured("kv-tight", (0.97, 0.80, 1.10)),
        ],
        findings=[
            finding("cause-of-single-request", "concurrency"),
            finding("cause-of-top-p", "sampling"),
            finding("cause-of-kv-tight", "kv_memory"),
        ],
    )
    assert [one.title for one in told] == [
        "Check for: Title of cause-of-single-request",
        "Check for: Title of cause-of-top-p",
    ]
    assert "×6.67 if your run has it" in told[0].expected_gain  # 1 / 0.15
    assert told[0].verify_command.endswith("--ablation single-request")


def test_at_most_three_and_one_for_each_factor() -> None:
    told = fixes(
        1000.0,
        planned=plan(replica=True),
        measurements=[measured(arm, (0.1, 0.05, 0.2)) for arm in ("single-request", "kv-tight", "top-p")],
        findings=[
            finding("cause-of-single-request", "concurrency"),
            finding("cause-of-kv-tight", "concurrency"),
            finding("cause-of-top-p", "sampling"),
        ],
    )
    assert len(told) == 3
    assert told[0].title == "Compare what counts the same"


def test_arguments_are_quoted_for_the_shell() -> None:
    counted = accounting(1000.0, "output")
    (told,) = first_fixes("/home/me/my runs/one.yaml; rm -rf x", counted, None, (), (), ())
    assert "'/home/me/my runs/one.yaml; rm -rf x'" in told.verify_command


def test_what_readings_and_files_confirm_is_advised_after_what_was_measured() -> None:
    rest = line("unexplained", "Unexplained", 250.0, kind="unexplained")
    split = ledger(
        line("output_length", "Output length", 400.0),
        rest.model_copy(update={"tokens_per_s": Interval(estimate=250.0, low=200.0, high=300.0)}),
        fixes=(fix("output_length", 300.0, 250.0, 0.6),),
    )
    advised = fixes(
        planned=plan(factors=(LENGTH,)),
        ledgers=[split],
        findings=[
            finding("warmup-in-timed-region", behind="unexplained"),
            finding("host-contention", behind="setting"),
            finding("power-cap", behind="setting", status="inconclusive"),
        ],
    )
    assert [one.title for one in advised] == [
        "Output length",
        "Title of warmup-in-timed-region",
        "Title of host-contention",
    ]
    assert advised[1].expected_gain == "up to 250.0 output tok/s that nothing else explains (measured)"
    assert advised[2].expected_gain == "not measured: it acts outside the runs"
    assert advised[1].verify_command == "verify warmup-in-timed-region"
