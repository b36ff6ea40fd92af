from __future__ import annotations

from collections.abc import Sequence

import pytest

from doctor.schema.accounting import Accounting
from doctor.schema.ledger import Ledger
from doctor.schema.measurement import ArmMeasurement, NoiseFloor
from doctor.schema.plan import Plan
from doctor.schema.ranking import Ranked
from doctor.schema.report import Verdict
from doctor.verdict.ranking import ranking
from doctor.verdict.sentence import Grounds, verdict
from tests.verdict.builders import accounting, failed, ledger, line, measured, plan
from tests.verdict.test_ranking import finding


def judged(
    counted: Accounting,
    *measurements: ArmMeasurement,
    plan: Plan | None = None,
    ledgers: Sequence[Ledger] = (),
    failures: Sequence[str] = (),
    interrupted: bool = False,
    noise: NoiseFloor | None = None,
    ranked: Sequence[Ranked] = (),
) -> Verdict:
    return verdict(Grounds(counted, plan, measurements, ledgers, failures, interrupted, noise, ranked))


# --- an observed figure ---------------------------------------------------------------------


def test_1000_output_tokens_are_13_percent_short_not_56() -> None:
    said = judged(accounting(1000, "output"))
    assert (said.outcome, said.exit_code) == ("gap", 1)
    assert said.sentence == (
        "Your 1000 output tok/s is 87 % of the published 1149 output tok/s: the published 2298.89 counts "
        "prompt tokens too. The remaining gap is 149.4 output tok/s (13.0 %)."
    )


def test_1000_total_tokens_are_56_percent_short() -> None:
    said = judged(accounting(1000, "total"))
    assert "500.0 output tok/s" in said.sentence
    assert "649.4 output tok/s (57 %)" in said.sentence
    assert said.exit_code == 1


def test_an_unlabelled_figure_says_how_it_was_read_and_why() -> None:
    said = judged(accounting(1000, "unknown"))
    assert said.exit_code == 1
    assert said.details[0].startswith("What your figure counts was not said; it is read as output: ")


@pytest.mark.parametrize("observed", [1115.0, 1149.4, 1300.0])
def test_what_is_within_noise_or_above_is_no_gap(observed: float) -> None:
    said = judged(accounting(observed, "output"))
    assert (said.outcome, said.exit_code) == ("no gap", 0)
    assert "No gap remains" in said.sentence


def test_a_large_gap_below_the_noise_of_this_machine_is_neither_shown_nor_ruled_out() -> None:
    unquiet = NoiseFloor(run_sd=0.4, dof=6)
    said = judged(accounting(500, "output"), measured("reference"), plan=plan(), noise=unquiet)
    assert (said.outcome, said.exit_code) == ("inconclusive", 1)
    assert said.sentence.endswith("too unquiet to tell whether a gap remains.")
    busy = line("setting", "This machine", 100.0, factor=(0.9, 0.5, 1.6), kind="setting")
    others = finding("host-contention", line="setting")
    ranked = ranking(accounting(500, "output"), [ledger(busy)], [others])
    named = judged(
        accounting(500, "output"), measured("reference"), plan=plan(), noise=unquiet, ranked=ranked
    )
    assert named.sentence.endswith("whether a gap remains. it was read")
    # 5 % under the published 1149.4 on the same machine: as good as any repeat here.
    assert (
        judged(accounting(1092, "output"), measured("reference"), plan=plan(), noise=unquiet).exit_code == 0
    )


def test_just_beyond_noise_is_a_gap() -> None:
    assert judged(accounting(1114.0, "output")).exit_code == 1  # 3.08 % below 1149.4


def test_on_a_replica_the_remaining_gap_is_not_put_down_to_what_was_measured_there() -> None:
    said = judged(
        accounting(1000, "output"),
        measured("reference", (1.0, 1.0, 1.0)),
        measured("single-request", (0.15, 0.13, 0.17)),
        plan=plan(replica=True),
        ledgers=[ledger(line("concurrency", "Requests in flight", 850.0), replica=True)],
    )
    assert said.sentence.endswith("cannot be measured here, since this machine has no GPU.")
    assert "requests in flight" not in said.sentence
    assert said.details == (
        "On the replica, one request at a time: 0.150 (0.130 to 0.170) times the reference's rate.",
    )


def test_measured_here_the_largest_parts_are_named_with_their_intervals() -> None:
    lines = [
        line("kv_memory", "KV cache memory", 200.0, factor=(0.8, 0.78, 0.82)),
        line("sampling", "Token sampling", 100.0, factor=(0.9, 0.88, 0.92)),
        line("unexplained", "Unexplained", 60.0, factor=(0.93, 0.9, 0.96), kind="unexplained"),
        line("output_length", "Output length", 10.0, factor=(0.99, 0.97, 1.01)),
        line("prefix_sharing", "Prefix sharing", -50.0, factor=(1.05, 1.02, 1.08)),
    ]
    counted = accounting(700, "output")
    said = judged(
        counted, measured("user", (0.7, 0.68, 0.72)), plan=plan(),
        ranked=ranking(counted, [ledger(*lines)], ()),
    )  # fmt: skip
    assert said.sentence.endswith(
        "200.0 ± 20.0 from KV cache memory, 100.0 ± 10.0 from token sampling, 60.00 ± 6.00 unexplained."
    )


def test_measured_here_and_nothing_shown() -> None:
    counted = accounting(700, "output")
    lines = [line("output_length", "Output length", 10.0, factor=(0.99, 0.97, 1.01))]
    said = judged(counted, plan=plan(), ranked=ranking(counted, [ledger(*lines)], ()))
    assert said.sentence.endswith("none of what was measured here is more than noise.")


def test_a_gap_that_was_not_split_names_what_files_confirm() -> None:
    counted = accounting(500, "output")
    known = [finding("model-load-in-timed-region", line="unexplained")]
    said = judged(counted, measured("reference"), plan=plan(), ranked=ranking(counted, [], known))
    assert said.sentence.endswith("(57 %); what was handed over shows: model-load-in-timed-region.")


NOISY = NoiseFloor(run_sd=0.1, dof=20)
"""Two runs of such a machine differ by up to t(20) 2.086 · 0.1 · √2 = 0.295 in the logarithm: 25.5 %."""


@pytest.mark.parametrize(
    ("observed", "outcome", "exit_code"),
    # 17 %, 24 % and 26 % below the published 1149.4.
    [(950.0, "no gap", 0), (870.0, "inconclusive", 1), (850.0, "gap", 1)],
)
def test_a_gap_must_be_more_than_this_machines_noise(observed: float, outcome: str, exit_code: int) -> None:
    said = judged(accounting(observed, "output"), plan=plan(), noise=NOISY)
    assert (said.outcome, said.exit_code) == (outcome, exit_code)
    assert ("by up to 26 %" in said.sentence) == (outcome != "gap")


def test_a_replicas_noise_is_not_that_of_the_figures() -> None:
    assert judged(accounting(870.0, "output"), plan=plan(replica=True), noise=NOISY).outcome == "gap"


def test_a_setup_that_was_shown_to_be_slower_is_a_gap_however_noisy_single_runs_are() -> None:
    said = judged(accounting(1000.0, "output"), measured("user", (0.9, 0.85, 0.95)), plan=plan(), noise=NOISY)
    assert said.outcome == "gap"


# --- no observed figure: the user's arm -----------------------------------------------------


def test_a_ratio_below_one_is_a_gap() -> None:
    said = judged(
        accounting(),
        measured("reference", (1.0, 1.0, 1.0)),
        measured("user", (0.15, 0.13, 0.17)),
        plan=plan(replica=True),
        ledgers=[ledger(line("concurrency", "Requests in flight", 850.0), replica=True)],
    )
    assert (said.outcome, said.exit_code) == ("gap", 1)
    assert said.sentence == (
        "On a replica, your setup runs at 0.150 (0.130 to 0.170) times the reference setup's output rate; "
        "the largest part is requests in flight."
    )


def test_an_interval_that_holds_one_shows_no_gap() -> None:
    said = judged(accounting(), measured("user", (0.95, 0.85, 1.06)), plan=plan(replica=True))
    assert (said.outcome, said.exit_code) == ("no gap", 0)
    assert said.sentence.endswith("no gap is shown.")


@pytest.mark.parametrize(("estimate", "code"), [(0.7, 1), (0.98, 0)])
def test_an_interval_that_holds_everything_tells_nothing(estimate: float, code: int) -> None:
    said = judged(accounting(), measured("user", (estimate, 0.4, 1.3)), plan=plan(replica=True))
    assert (said.outcome, said.exit_code) == ("inconclusive", code)
    assert "too large to tell" in said.sentence


def test_a_part_that_adds_speed_is_not_called_the_largest_part() -> None:
    said = judged(
        accounting(),
        measured("user", (0.5, 0.4, 0.6)),
        plan=plan(),
        ledgers=[ledger(line("a", "Prefix sharing", -50.0))],
    )
    assert "largest part" not in said.sentence
    assert said.sentence.startswith("Your setup runs at 0.500")


@pytest.mark.parametrize(("estimate", "code"), [(0.3, 1), (0.99, 0), (1.4, 0)])
def test_without_an_interval_an_apparent_gap_is_not_waved_through(estimate: float, code: int) -> None:
    said = judged(accounting(), measured("user", (estimate, None, None)), plan=plan())
    assert (said.outcome, said.exit_code) == ("inconclusive", code)
    assert "too few repeats" in said.sentence


def test_an_arm_that_never_ran_is_a_failure_though_others_ran() -> None:
    said = judged(accounting(), measured("reference", (1, 1, 1)), failed("user"), plan=plan())
    assert (said.outcome, said.exit_code) == ("failed", 2)
    assert "The engine died in the middle of this arm" in said.sentence


def test_a_reference_that_never_ran_is_named_as_the_reason() -> None:
    said = judged(accounting(), failed("reference", "out of memory"), measured("user"), plan=plan())
    assert (said.outcome, said.exit_code) == ("failed", 2)
    assert "the reference setup gave no rate here: out of memory" in said.sentence


# --- no observed figure, no setup -----------------------------------------------------------


def test_the_reference_arm_against_the_published_figure() -> None:
    short = judged(accounting(), measured("reference", (1, 1, 1), output_rate=1000.0), plan=plan())
    assert (short.outcome, short.exit_code) == ("gap", 1)
    assert "1000 output tok/s here, 87 % of the published 1149 output tok/s" in short.sentence
    same = judged(accounting(), measured("reference", (1, 1, 1), output_rate=1160.0), plan=plan())
    assert (same.outcome, same.exit_code) == ("no gap", 0)


def test_a_replica_says_nothing_about_the_published_figure() -> None:
    said = judged(accounting(), measured("reference", (1, 1, 1)), plan=plan(replica=True))
    assert said.outcome == "inconclusive"
    assert said.sentence.startswith("The published setup cannot be measured here, since this machine has no")


# --- nothing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("replica", [True, False])
@pytest.mark.parametrize("arms", [(), ("reference",), ("reference", "user")])
def test_nothing_measured_is_a_failure_that_says_why(arms: tuple[str, ...], replica: bool) -> None:
    said = judged(
        accounting(),
        *(failed(one) for one in arms),
        plan=plan(replica=replica),
        failures=["Reference setup: 3 runs failed: no memory"],
    )
    assert (said.outcome, said.exit_code) == ("failed", 2)
    assert said.sentence == "Nothing could be measured: Reference setup: 3 runs failed: no memory."


def test_nothing_measured_because_of_an_interruption() -> None:
    said = judged(accounting(), interrupted=True)
    assert said.sentence == "Nothing could be measured: interrupted."
    assert said.exit_code == 2


# --- what else is said -----------------------------------------------------------------------


def test_failures_interruptions_and_refusals_are_told() -> None:
    refused = ledger().model_copy(update={"refused": "the reference arm is drifting"})
    said = judged(
        accounting(1000, "output"),
        measured("user", (0.5, 0.4, 0.6)),
        plan=plan(),
        ledgers=[refused],
        failures=["One request at a time: 1 run failed: the engine died"],
        interrupted=True,
    )
    told = " ".join(said.details)
    assert "1 run failed: the engine died" in told
    assert "was interrupted" in told
    assert "nothing was attributed: the reference arm is drifting" in told


def test_no_rate_is_said_without_what_it_counts() -> None:
    for observed in (1000.0, 1300.0):
        for said in (judged(accounting(observed, "output")), judged(accounting(observed, "total"))):
            words = said.sentence.split()
            bare = [i for i, word in enumerate(words) if word.startswith("tok/s")]
            assert bare
            assert all(words[i - 1] in ("output", "total") for i in bare)
