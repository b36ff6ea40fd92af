"""The middle of the Markdown report: accounting, differences, arms, causes."""

from __future__ import annotations

from doctor.reporting import numbers
from doctor.reporting.escape import code_block, code_span, for_markdown
from doctor.reporting.language import Words
from doctor.reporting.markdown.blocks import bullets, fold, replica_note, table
from doctor.reporting.text_waterfall import MARKS, basis_words
from doctor.reporting.views.dots import Dot
from doctor.reporting.views.omissions import Omitted
from doctor.reporting.views.page import Page
from doctor.schema.finding import Finding, FindingStatus
from doctor.schema.setup import Scalar


def accounting(page: Page, words: Words) -> str:
    """How each figure counts, and the gap each reading leaves."""
    told, source = page.report.accounting, page.report.reference.accounting
    parts = [for_markdown(source.argument), code_span(source.arithmetic)]
    if told.readings:
        head = (words("Read as"), words("requests/s"), words("output tok/s"), words("gap, output tok/s"), "")
        rows = [
            (
                words("output tokens") if reading.counts == "output" else words("total tokens"),
                numbers.rate(reading.observed.requests_per_s),
                numbers.rate(reading.observed.output_tokens_per_s),
                numbers.unsigned(reading.gap_output_tokens_per_s),
                numbers.percent(reading.gap_fraction),
            )
            for reading in told.readings
        ]
        parts.append(table(head, rows, right=(1, 2, 3, 4)))
    else:
        parts.append(words("No observed figure was given, so there is no gap to account for."))
    parts.append(for_markdown(words(told.why_chosen)))
    return fold(words("What the figures count"), "\n\n".join(part for part in parts if part))


def differences(page: Page, words: Words) -> str:
    """The two setups, setting by setting."""
    plan = page.report.plan
    if plan is None or not plan.differences:
        return (
            words("Your setup was not given, so nothing could be compared.")
            if not page.report.user_setup
            else ""
        )
    head = (words("Setting"), words("Published"), words("Yours"), words("Measured as"))
    rows = [
        (
            code_span(row.path),
            f"{_value(row.reference, words)} <sub>{for_markdown(row.reference_origin)}</sub>",
            f"{_value(row.user, words)} <sub>{for_markdown(row.user_origin)}</sub>",
            for_markdown(page.factor_title(row.factor)) if row.factor else words("told, not measured"),
        )
        for row in plan.differences
    ]
    return f"### {words('How the setups differ')}\n\n" + table(head, rows)


def arms(page: Page, words: Words) -> str:
    """Every arm over the reference arm."""
    if page.dots is None:
        return words("No arm was run.")
    head = (words("Arm"), words("ratio"), words("95 % interval"), words("output tok/s"))
    rows: list[tuple[str, ...]] = []
    for group in page.dots.groups:
        rows.append((f"**{for_markdown(words(group.family))}**", "", "", ""))
        rows.extend(_arm(dot, words) for dot in group.dots)
    parts = [replica_note(words)] if page.on_replica else []
    parts.append(table(head, rows, right=(1, 2, 3)))
    if page.omissions:
        parts.append(f"**{words('Not run')}**\n\n" + bullets(_omitted(one, words) for one in page.omissions))
    if page.report.plan and page.report.plan.replica:
        replica = page.report.plan.replica
        told = bullets(words(line) for line in (replica.why, *replica.notes))
        parts.append(f"**{words('The replica')}**\n\n{told}")
    return fold(words("Every arm against the reference"), "\n\n".join(parts))


def _omitted(one: Omitted, words: Words) -> str:
    runs = f", {words('{n} of {of} runs', n=one.repeats, of=one.of)}" if one.repeats and one.of else ""
    return f"{words(one.what)}{runs}: {words(one.why)}"


def causes(page: Page, words: Words) -> str:
    """All causes by status, each with its evidence."""
    if not page.findings:
        return words("No cause was judged.")
    parts = [f"### {words('Causes')}"]
    for status, group in page.findings:
        content = "\n\n".join(finding_text(finding, words) for finding in group)
        parts.append(fold(f"<b>{status_words(status, words)}</b> ({len(group)})", content))
    return "\n\n".join(parts)


def status_words(status: FindingStatus, words: Words) -> str:
    """A finding's status."""
    return {
        "confirmed": words("Confirmed"),
        "ruled out": words("Ruled out"),
        "inconclusive": words("Inconclusive"),
        "not applicable": words("Not applicable here"),
        "error": words("Could not be checked"),
    }[status]


def finding_text(finding: Finding, words: Words, tag: str = "") -> str:
    """One cause with its evidence and its remedy; ``tag`` says what it stands on."""
    effect = f" ({numbers.factor(finding.effect.estimate)})" if finding.effect else ""
    stands = f", {basis_words(finding.basis, words)}" if finding.basis and finding.effect else ""
    told = f" [{for_markdown(words(tag))}]" if tag else ""
    title = f"**{for_markdown(words(finding.title))}**{told}{effect}{stands}"
    lines = [f"{title}: {for_markdown(words(finding.summary))}"]
    speaks = {"for": words("for"), "against": words("against"), "context": words("context")}
    lines.extend(
        f"- {speaks[line.speaks]}: {for_markdown(words(line.text))}"
        f" <sub>{for_markdown(words(line.source))}</sub>"
        for line in finding.evidence
    )
    if finding.remedy:
        lines.append(f"- {words('Remedy')}: {for_markdown(words(finding.remedy.action))}")
        if finding.remedy.verify_command:
            lines.append("\n" + code_block(finding.remedy.verify_command, "sh"))
    return "\n".join(lines)


def _arm(dot: Dot, words: Words) -> tuple[str, ...]:
    title = f"{MARKS[dot.basis]} {for_markdown(words(dot.title))}"
    if dot.ratio is None:
        return title, "–", for_markdown(words(dot.reason or "no valid run")), "–"
    output = numbers.rate(dot.output.estimate) if dot.output else "–"
    return title, numbers.ratio(dot.ratio.estimate), numbers.ratio_bounds(dot.ratio) or "–", output


def _value(value: Scalar, words: Words) -> str:
    return f"*{words('not set')}*" if value is None else code_span(numbers.scalar(value))
