"""The report of a comparison in Markdown."""

from __future__ import annotations

from doctor.reporting import numbers
from doctor.reporting.escape import code_block, code_span, for_markdown
from doctor.reporting.language import Words
from doctor.reporting.markdown.blocks import bullets, fold, replica_note, table
from doctor.reporting.markdown.sections import Sections
from doctor.reporting.text_waterfall import MARKS
from doctor.reporting.views.comparison import ComparisonPage, SideRow, compared_sentence, comparison_page
from doctor.schema.comparison import ComparisonReport, Row, Shown
from doctor.schema.rates import Interval
from doctor.schema.setup import Scalar


def comparison_sections(report: ComparisonReport, words: Words) -> Sections:
    """The sentence and the sides first; then arm by arm, setups, environments."""
    page = comparison_page(report)
    sentence = " ".join(compared_sentence(report, words))
    head = f"## {words('Comparison of checks')}\n\n**{for_markdown(sentence)}**"
    return Sections(
        first=[head, replica_note(words) if page.on_replica else "", _sides(page, words)],
        rest=[
            ("arms", _arms(report, words)),
            ("settings", _rows(report, report.settings, words("How the setups differ"), words)),
            ("environment", _rows(report, report.environment, words("How the environments differ"), words)),
            ("method", _method(report, words)),
            ("reproduce", f"### {words('How to reproduce it')}\n\n{code_block(page.command, 'sh')}"),
        ],
    )


def shown_word(shown: Shown | None, words: Words) -> str:
    """What a ratio shows."""
    return {
        "faster": words("faster"),
        "slower": words("slower"),
        "no difference shown": words("no difference shown"),
        "inconclusive": words("cannot be said"),
        None: "–",
    }[shown]


def _sides(page: ComparisonPage, words: Words) -> str:
    first = page.report.sides[0].label
    head = (
        words("Check"), words("requests/s"), words("output tok/s"), words("95 % interval"),
        words("total tok/s"), words("ratio to {first}", first=first), words("shown"),
    )  # fmt: skip
    return table(head, [_side(row, words) for row in page.rows], right=(1, 2, 3, 4, 5))


def _side(row: SideRow, words: Words) -> tuple[str, ...]:
    side = row.side
    what = f"{words(side.arm_title)}, {words('runs: {n}', n=side.runs)}"
    return (
        f"**{side.label}** {for_markdown(side.name)} <sub>{MARKS[side.basis]} {for_markdown(what)}</sub>",
        numbers.rate(side.rates.requests_per_s),
        numbers.rate(side.rates.output_tokens_per_s),
        numbers.bounds(side.output_tokens_per_s) or "–",
        numbers.rate(side.rates.total_tokens_per_s),
        _ratio(row.ratio),
        shown_word(row.shown, words),
    )


def _arms(report: ComparisonReport, words: Words) -> str:
    compared = [*([report.relative] if report.relative else []), *report.arms]
    if not compared:
        return ""
    labels = [side.label for side in report.sides[1:]]
    head = (words("Arm"), *(f"{label} : {report.sides[0].label}" for label in labels))
    rows = [(for_markdown(words(one.title)), *map(_ratio, one.ratios)) for one in compared]
    return fold(words("Every arm that several checks ran"), table(head, rows, right=range(1, len(head))))


def _rows(report: ComparisonReport, rows: tuple[Row, ...], title: str, words: Words) -> str:
    if not rows:
        return ""
    head = (words("Setting"), *(side.label for side in report.sides))
    lines = [(code_span(row.what), *(_value(value, words) for value in row.values)) for row in rows]
    return f"### {title}\n\n" + table(head, lines)


def _method(report: ComparisonReport, words: Words) -> str:
    methods = [ratio.method for ratio in report.main.ratios if ratio and ratio.method]
    return fold(words("How it was computed"), bullets([*methods, *map(words, report.warnings)]))


def _ratio(ratio: Interval | None) -> str:
    return f"{numbers.ratio(ratio.estimate)} {numbers.ratio_bounds(ratio)}".strip() if ratio else "–"


def _value(value: Scalar, words: Words) -> str:
    return f"*{words('not set')}*" if value is None else code_span(numbers.scalar(value))
