"""The command that would confirm a finding, with the arms already chosen."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from doctor.causes.contract import Case, Cause
from doctor.causes.gap import observed_rates
from doctor.causes.lookup import as_number, number, reference_value, setting
from doctor.schema.ablation import KV_CACHE_SEQUENCES, Scale
from doctor.schema.setup import Scalar

_CHECK = "qdoctor check"
_BENCHES = ("vllm bench throughput", "vllm bench serve")
_FLAGS = {"workload.request_rate_per_s": "--request-rate"}
_SWITCHES = {
    ("workload.prompts", "identical"): "--identical-prompts",
    ("sampling.detokenize", False): "--disable-detokenize",
    ("engine.enforce_eager", True): "--enforce-eager",
    ("engine.enable_prefix_caching", True): "--enable-prefix-caching",
    ("engine.enable_prefix_caching", False): "--no-enable-prefix-caching",
    ("engine.enable_chunked_prefill", False): "--no-enable-chunked-prefill",
    ("engine.async_scheduling", False): "--no-async-scheduling",
}
_LENGTHS = ("workload.input_len", "workload.output_len")
_NO_FLAG = frozenset(("sampling.ignore_eos", KV_CACHE_SEQUENCES))


def confirm_command(cause: Cause, case: Case | None = None, reference_id: str | None = None) -> str:
    """What to run: a check of the reference with the user's own setting or the cause's ablations, a
    look at the machine, or vLLM's own benchmark where a check cannot measure it.

    ``ID`` and ``MODEL`` stand where nothing says which; without a case it is the general command.
    """
    command = cause.remedy.verify_command
    if command.startswith(_CHECK):
        return _check(cause, command, case, reference_id)
    if any(bench in command for bench in _BENCHES):
        return " ".join((_with_model(command, case), *_as_in_the_run(command, case)))
    return _with_model(command, case)


def check_of_all(causes: Iterable[Cause], case: Case, reference_id: str | None = None) -> str:
    """One check with the arms of all the causes that a check can measure; empty for fewer than two."""
    parts: list[str] = []
    commands = 0
    for cause in causes:
        command = confirm_command(cause, case, reference_id)
        if not command.startswith(_CHECK) or "/path/to" in command:
            continue
        options = _options(command.removeprefix(_CHECK).split())
        commands += 1
        parts += [option for option in options if option not in parts]
    return " ".join((_CHECK, *parts)) if commands > 1 else ""


def _options(words: list[str]) -> list[str]:
    """Flags, each with its value."""
    options: list[str] = []
    for word in words:
        if word.startswith("--") or not options:
            options.append(word)
        else:
            options[-1] += f" {word}"
    return options


def _check(cause: Cause, command: str, case: Case | None, reference_id: str | None) -> str:
    rest = command.removeprefix(_CHECK).split()
    own = list(_own_settings(cause, case)) if case is not None else []
    if own:
        rest = own
    if not cause.ablations and not own and case is not None and (not rest or rest[0] == "--observed-counts"):
        rest = list(_observed(case))
    parts = [_CHECK, "--reference", shlex.quote(reference_id or "ID"), *rest]
    return " ".join(parts)


def _own_settings(cause: Cause, case: Case | None) -> Iterator[str]:
    """Flags that give the check the user's own value of what the cause's ablations change."""
    assert case is not None
    paths = dict.fromkeys(
        path
        for ablation in cause.ablations
        for path, change in ablation.changes.items()
        # Lengths that an ablation fixes are what was run in spite of what was asked.
        if path not in _LENGTHS or isinstance(change, Scale)
    )
    for path in paths:
        fact = setting(case.evidence, path)
        if fact is None or path in _NO_FLAG or fact.value in (None, reference_value(case, path)):
            continue
        yield from flag_of(path, fact.value)


def flag_of(path: str, value: Scalar) -> Iterator[str]:
    """The flag of `qdoctor check` for a setting, spelled as vLLM spells it; none where there is none."""
    switch = _SWITCHES.get((path, value)) if isinstance(value, bool | str) else None
    if switch is not None:
        yield switch
    elif not isinstance(value, bool) and path not in _NO_FLAG and path != "workload.prompts":
        if as_number(value) is not None and float(str(value)) <= 0:
            return
        name = _FLAGS.get(path, f"--{path.rsplit('.', 1)[-1].replace('_', '-')}")
        yield from (name, shlex.quote(f"{value:g}" if isinstance(value, float) else str(value)))


def _observed(case: Case) -> Iterator[str]:
    """The user's figure, with what it counts."""
    accounting = case.accounting
    if accounting is not None and accounting.observed_value:
        value, counts = accounting.observed_value, str(accounting.chosen or accounting.observed_counts)
    else:
        rates = [rate for rate in observed_rates(case) if "tokens" in rate.quantity and rate.per_s > 0]
        if not rates:
            return
        best = max(rates, key=lambda rate: (rate.weight == "result", rate.quantity == "output tokens"))
        value = best.per_s
        counts = {"output tokens": "output", "total tokens": "total"}.get(best.quantity, "unknown")
    yield from ("--observed", f"{value:g}", "--observed-counts", counts)


def _with_model(command: str, case: Case | None) -> str:
    fact = setting(case.evidence, "model.name") if case is not None else None
    name = reference_value(case, "model.name") if case is not None and fact is None else fact and fact.value
    return command.replace("MODEL", shlex.quote(str(name))) if name else command


def _as_in_the_run(command: str, case: Case | None) -> Iterator[str]:
    """Lengths and number of requests as in the reference, else as in the user's run."""
    if case is None:
        return
    for flag, path in (
        ("--random-input-len", "workload.input_len"),
        ("--random-output-len", "workload.output_len"),
        ("--num-prompts", "workload.num_prompts"),
    ):
        value = as_number(reference_value(case, path)) or number(case.evidence, path)
        if value and flag not in command:
            yield from (flag, f"{value:.0f}")
