"""Whether a run delivered the tokens that were asked of it."""

from __future__ import annotations

from doctor.schema.run import Run
from doctor.schema.setup import Setup


def undelivered(setup: Setup, run: Run) -> str:
    """In words, what was delivered instead of what was asked; empty where all is well.

    Where an end of sequence may end a request, shorter outputs are legitimate and only
    longer ones are not.
    """
    workload = setup.workload
    asked_output = workload.output_len * setup.sampling.n
    complaints = []
    if len(run.prompt_tokens) != workload.num_prompts:
        complaints.append(f"{len(run.prompt_tokens)} of {workload.num_prompts} requests finished")
    complaints += _complaint("prompt", run.prompt_tokens, workload.input_len, shorter_is_fine=False)
    ends_early = not setup.sampling.ignore_eos
    complaints += _complaint("output", run.output_tokens, asked_output, shorter_is_fine=ends_early)
    return "; ".join(complaints)


def _complaint(kind: str, delivered: tuple[int, ...], asked: int, *, shorter_is_fine: bool) -> list[str]:
    wrong = [count for count in delivered if count > asked or (count < asked and not shorter_is_fine)]
    if not wrong:
        return []
    span = f"{min(wrong)}" if min(wrong) == max(wrong) else f"{min(wrong)} to {max(wrong)}"
    requests = "1 request" if len(wrong) == 1 else f"{len(wrong)} requests"
    return [f"{requests} had {span} {kind} tokens instead of {asked}"]
