"""Scores the diagnosis on public reports: main cause first, in the first three, false blame.

    python benchmarks/cases.py [FILE…] [--table docs/accuracy-cases.md] [--misses]

Each case is evidence as a reporter gives it (engine, hardware, model, versions, command,
observed and expected figure, lines as printed), turned into an issue text and handed to the
same reader that reads an issue. The labels are only looked at afterwards.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from doctor.causes.catalogue import load_causes
from doctor.causes.contract import Case
from doctor.causes.diagnosis import diagnose
from doctor.evidence.contract import Document
from doctor.evidence.reading import read_text
from doctor.schema.diagnosis import Diagnosis

CASES = Path(__file__).parent / "cases"
MERGED = {"n-bestof-beam": "n-sampling"}
"""Labels whose cause goes by another name here."""


@dataclass(frozen=True)
class Outcome:
    """One case, scored."""

    id: str
    url: str
    role: str
    label: tuple[str, ...]
    named: tuple[str, ...]
    verdict: str

    @property
    def is_control(self) -> bool:
        """A thread in which no cause is demonstrated."""
        return not self.label or self.role.endswith("negative-control")

    @property
    def from_catalogue(self) -> bool:
        """A source that the catalogue cites, rather than a thread found on its own."""
        return self.role.startswith("catalogue")

    @property
    def place(self) -> int | None:
        """The main cause's place in the ranking, from 1."""
        if not self.label or self.label[0] not in self.named:
            return None
        return self.named.index(self.label[0]) + 1

    @property
    def false_blame(self) -> bool:
        """A control whose verdict names a cause that the thread does not."""
        return self.is_control and self.verdict == "gap" and not set(self.named[:1]) & set(self.label)


def issue_text(evidence: Mapping[str, object]) -> str:
    """The case as the reporter would have written it."""
    quotes = evidence.get("quotes")
    lines = "\n".join(str(quote) for quote in quotes) if isinstance(quotes, list) else ""
    return "\n".join(
        (
            f"Engine: {evidence.get('engine') or ''}",
            f"Hardware: {evidence.get('hardware', '')}",
            f"Model: {evidence.get('model', '')}",
            f"vLLM version: {evidence.get('versions', '')}",
            f"Command: {evidence.get('command_config', '')}",
            f"Observed: {evidence.get('observed', '')}",
            f"Expected: {evidence.get('expected', '')}",
            "",
            "```",
            lines,
            "```",
        )
    )


def score_case(case: Mapping[str, object]) -> tuple[Outcome, Diagnosis]:
    """Diagnose one case from its evidence alone."""
    evidence = case["evidence"]
    assert isinstance(evidence, dict)
    read = read_text(Document(f"{case['id']}.md", issue_text(evidence)))
    diagnosis = diagnose(load_causes(), Case(evidence=read))
    label = case.get("label")
    outcome = Outcome(
        id=str(case["id"]),
        url=str(case.get("url", "")),
        role=str(case.get("role", "")),
        label=tuple(MERGED.get(str(name), str(name)) for name in label) if isinstance(label, list) else (),
        named=tuple(item.finding.cause for item in diagnosis.candidates),
        verdict=diagnosis.verdict.outcome,
    )
    return outcome, diagnosis


def load_cases(paths: list[Path]) -> list[dict[str, object]]:
    """All cases of the files; without files, the project's own."""
    found = []
    for path in paths or sorted(CASES.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        found.extend(data["cases"] if isinstance(data, dict) else data)
    return found


def summary(outcomes: list[Outcome]) -> str:
    """The counts in one paragraph."""
    positive = [item for item in outcomes if item.label and not item.is_control]
    controls = [item for item in outcomes if item.is_control]
    first = sum(item.place == 1 for item in positive)
    third = sum(item.place is not None and item.place <= 3 for item in positive)
    blamed = sum(item.false_blame for item in controls)
    return (
        f"main cause first in {first} of {len(positive)}, in the first three in {third} of {len(positive)}; "
        f"false blame on {blamed} of {len(controls)} controls"
    )


def table(outcomes: list[Outcome]) -> str:
    """The page that stands in docs/."""
    threads = [item for item in outcomes if not item.from_catalogue]
    sources = [item for item in outcomes if item.from_catalogue]
    return "\n".join(
        (
            "# How good `qdoctor diagnose` is on public reports",
            "",
            "Written by `python benchmarks/cases.py --table docs/accuracy-cases.md`; do not edit by hand.",
            "",
            "Each case is a public thread about a throughput below what was hoped for, as structured",
            "evidence. The label is the thread's main cause. An independent careful reader, given the",
            "evidence alone, named 30 of 38 main causes of a larger set first. The rules were written",
            "with these threads known, so the figures say how well the rules hold together, not how they",
            "do on threads never seen.",
            "",
            "## Public threads",
            "",
            f"{summary(threads).capitalize()}.",
            "",
            *_rows(threads),
            "",
            "## The catalogue's own sources",
            "",
            "Measurements that the catalogue cites; they check that a rule fires on its own source.",
            "",
            f"{summary(sources).capitalize()}.",
            "",
            *_rows(sources),
            "",
        )
    )


def _rows(outcomes: list[Outcome]) -> list[str]:
    head = ["| thread | main cause | its place | the first three named |", "| --- | --- | --- | --- |"]
    return head + [
        f"| [{item.id}]({item.url}) | {(item.label or ('none',))[0]} | {item.place or 'not named'} | "
        f"{', '.join(item.named[:3] or ('none',))} |"
        for item in outcomes
    ]


def main() -> None:
    """Score, print, and write the table where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--table", type=Path)
    parser.add_argument("--misses", action="store_true", help="show the scores of what was missed")
    arguments = parser.parse_args()
    results = [score_case(case) for case in load_cases(arguments.files)]
    outcomes = [outcome for outcome, _ in results]
    for outcome, diagnosis in results:
        missed = outcome.false_blame if outcome.is_control else outcome.place != 1
        print(
            f"{'MISS' if missed else 'ok  '} {outcome.id:18} {outcome.place or '-'} want {outcome.label[:1]}"
        )
        if missed and arguments.misses:
            print(f"      {diagnosis.verdict.sentence}")
            for item in diagnosis.candidates[:6]:
                print(f"      {item.score:.2f} {item.finding.cause}: {item.finding.summary[:150]}")
    print(summary(outcomes))
    if arguments.table is not None:
        arguments.table.write_text(table(outcomes), encoding="utf-8")


if __name__ == "__main__":
    main()
