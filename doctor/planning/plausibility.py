"""Which reading of an unlabelled tokens/s figure is the more plausible one, and why."""

from __future__ import annotations

from doctor.planning.rates import tokens_per_request
from doctor.schema.accounting import Lengths, Reading
from doctor.schema.rates import Counts, Rates

FAR_ABOVE = 1.22
"""GPUs of one model differ by 8 % on average and by up to 22 % ("Not All GPUs Are Created Equal",
SC'22). A reading that is faster than that needs another explanation than luck."""

SAME_THING = 0.02
"""Prompts this short beside the output make the two counts one and the same."""


def more_plausible(output: Reading, total: Reading, reference: Rates, lengths: Lengths) -> tuple[Counts, str]:
    """The reading to go on with, and the reason in words.

    ``lengths`` are those that the observed figure belongs to. Read as output tokens a figure
    always stands higher than read as total tokens, so there are three cases: output reading
    within what the hardware can do; only the total reading within it; neither.
    """
    if lengths.input_len <= SAME_THING * lengths.output_len:
        return "output", (
            f"A request has {lengths.input_len:g} prompt and {lengths.output_len:g} output tokens, "
            "so both readings come to the same."
        )
    as_output = output.observed.output_tokens_per_s / reference.output_tokens_per_s
    as_total = total.observed.output_tokens_per_s / reference.output_tokens_per_s
    if as_output <= FAR_ABOVE:
        return "output", (
            f"Read as output tokens it stands at {_share(as_output)} of the reference, read as total tokens "
            f"at {_share(as_total)}. An unlabelled figure usually comes from a script that divides generated "
            "tokens by time, and this reading explains more of the apparent gap by counting alone."
        )
    if as_total <= FAR_ABOVE:
        return "total", (
            f"Read as output tokens it would stand at {_share(as_output)} of the reference, more than one "
            f"GPU of a kind differs from another (22 %), read as total tokens at {_share(as_total)}. "
            "The benchmark script of vLLM before October 2024 printed total tokens/s without saying so."
        )
    return "total", (
        f"Both readings exceed the reference ({_share(as_output)} as output tokens, {_share(as_total)} as "
        f"total tokens); the one that exceeds it less is taken. Check that hardware, model and lengths "
        f"({tokens_per_request('total', lengths):g} tokens per request) are those of the reference."
    )


def _share(ratio: float) -> str:
    return f"{100 * ratio:.0f} %"
