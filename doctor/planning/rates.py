"""The three rates of one throughput, and what a reference run's figures say of each.

They follow from one another by the lengths:

    output tokens/s = requests/s × output tokens per request
    total tokens/s  = requests/s × (prompt + output tokens per request)
"""

from __future__ import annotations

from doctor.errors import ReferenceRunError
from doctor.schema.accounting import Lengths
from doctor.schema.rates import Counts, Rates
from doctor.schema.reference import Figure, ReferenceRun


def reference_lengths(reference: ReferenceRun) -> Lengths:
    """Tokens per request of a reference run, stated or assumed. Raises ReferenceRunError."""
    assumed = {left.setting: left.assumed for left in reference.left_out}
    return Lengths(
        input_len=_length(reference, "input_len", assumed.get("workload.input_len")),
        output_len=_length(reference, "output_len", assumed.get("workload.output_len")),
    )


def rates_from_figures(reference: ReferenceRun) -> Rates:
    """All three rates of a reference run, from its figures and its lengths.

    A tokens/s figure stands as printed. Requests/s come from the tokens/s figure with the most
    digits that rounds to the requests/s that were printed: 2298.89 / 2000 = 1.149445, printed as
    1.15. Give only a run that may be a target. Raises ReferenceRunError for missing figures.
    """
    lengths = reference_lengths(reference)
    requests_per_s = _requests_per_s(reference, lengths)
    derived = rates_of(requests_per_s, lengths)
    printed = {figure.counts: figure.value for figure in reversed(_token_figures(reference))}
    return Rates(
        requests_per_s=requests_per_s,
        output_tokens_per_s=printed.get("output", derived.output_tokens_per_s),
        total_tokens_per_s=printed.get("total", derived.total_tokens_per_s),
    )


def published_figure(reference: ReferenceRun, rates: Rates, counts: Counts | None) -> tuple[float, Counts]:
    """The figure people compare with: one that counts ``counts`` if printed, else the headline.

    Where only requests/s are published it is the output rate that they come to.
    """
    figures = _token_figures(reference)
    same = [figure for figure in figures if figure.counts == counts]
    for figure in same or figures:
        if figure.counts is not None:
            return figure.value, figure.counts
    return rates.output_tokens_per_s, "output"


def rates_of(requests_per_s: float, lengths: Lengths) -> Rates:
    """The three rates of so many requests/s with these tokens per request."""
    return Rates(
        requests_per_s=requests_per_s,
        output_tokens_per_s=requests_per_s * lengths.output_len,
        total_tokens_per_s=requests_per_s * (lengths.input_len + lengths.output_len),
    )


def rates_counting(value: float, counts: Counts, lengths: Lengths) -> Rates:
    """The three rates of a tokens/s figure that counts ``counts``."""
    rates = rates_of(value / tokens_per_request(counts, lengths), lengths)
    # The figure itself stays as given, whatever dividing and multiplying would round.
    return rates.model_copy(update={f"{counts}_tokens_per_s": value})


def tokens_per_request(counts: Counts, lengths: Lengths) -> float:
    """How many tokens a figure that counts ``counts`` counts for each request."""
    return lengths.output_len if counts == "output" else lengths.input_len + lengths.output_len


def rate_counting(rates: Rates, counts: Counts) -> float:
    """The one of the two tokens/s rates that counts ``counts``."""
    return rates.output_tokens_per_s if counts == "output" else rates.total_tokens_per_s


def _length(reference: ReferenceRun, name: str, assumed: object) -> float:
    value = reference.workload.get(name, assumed)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ReferenceRunError(
            f"{reference.id} says no {name}, so its rates cannot be told apart",
            next_step=f"State workload.{name} in the reference run, or assume it under left_out.",
        )
    return float(value)


def _token_figures(reference: ReferenceRun) -> list[Figure]:
    return [figure for figure in reference.figures if figure.unit == "tokens/s" and figure.counts]


def _requests_per_s(reference: ReferenceRun, lengths: Lengths) -> float:
    printed = next((figure.value for figure in reference.figures if figure.unit == "requests/s"), None)
    figures = sorted(_token_figures(reference), key=_significance, reverse=True)
    derived = [
        figure.value / tokens_per_request(figure.counts, lengths) for figure in figures if figure.counts
    ]
    if printed is None:
        if derived:
            return derived[0]
        raise ReferenceRunError(
            f"{reference.id} holds no figure in tokens/s or requests/s",
            next_step="Add the figure as its source prints it, with its unit.",
        )
    # The margin lets a value through that lies on the edge of rounding but for the float.
    half_a_digit = 0.5000001 * 10 ** -_decimals(printed)
    return next((rate for rate in derived if abs(rate - printed) <= half_a_digit), printed)


def _significance(figure: Figure) -> float:
    # 2298.89 says more than 1.15: the value over one unit of its last printed digit.
    return figure.value * 10.0 ** _decimals(figure.value)


def _decimals(value: float) -> int:
    text = repr(value)
    return 0 if "e" in text or text.endswith(".0") else len(text.partition(".")[2])
