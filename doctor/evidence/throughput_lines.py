"""What `vllm bench throughput`, its predecessor and LLM.generate's progress bar print."""

from __future__ import annotations

import re

from doctor.evidence.numbers import printed_number
from doctor.schema.evidence import Delivered, Evidence, Fact, ObservedRate, Origin

STARTS = (
    "Throughput:",
    "Total num prompt",
    "Total num output",
    "Processed prompts",
    "Adding requests",
    "Avg latency:",
)

_RATE = re.compile(
    r"Throughput: (?P<r>\d[\d.,]*) requests/s(?:, (?P<t>\d[\d.,]*) (?P<kind>total )?tokens/s)?"
    r"(?:, (?P<o>\d[\d.,]*) output tokens/s)?"
)
_TOKENS = re.compile(r"Total num (?P<side>prompt|output) tokens:\s+(?P<n>\d+)")
_BAR = re.compile(r"Processed prompts: .{0,300}?(?P<done>\d+)/(?P<all>\d+) \[")
_SPEED = re.compile(r"est\. speed input: (?P<i>[\d.]+) toks/s, output: (?P<o>[\d.]+) toks/s")
_PACE = re.compile(
    r"(?P<step>Adding requests|Processed prompts): .{0,300}?(?P<all>\d+)/(?P=all) \["
    r".{0,40}?(?P<pace>[\d.]+)(?P<unit>it/s|s/it)"
)
_LATENCY = re.compile(r"Avg latency: (?P<s>[\d.]+) seconds")
_BASELINE = re.compile(r"\b(?:before|baseline|without|main|w/o|expected|published)\b", re.IGNORECASE)
"""Words before a pasted line that make it another run's, to compare with."""

_READER = "vllm bench throughput, printed"


class ThroughputLines:
    """Collects the lines of one or several runs, in the order in which they were printed."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rates: list[ObservedRate] = []
        self._delivered: list[Delivered] = []
        self._bars: list[tuple[int, int, Origin]] = []
        """Requests of each finished progress bar, with its speed's presence."""
        self._bar_rates: list[ObservedRate] = []
        self._steps: dict[str, Fact] = {}
        """How long requests were added and processed in the largest call, in seconds."""

    def take(self, number: int, text: str) -> bool:
        """Whether the line is one of these and was taken."""
        origin = Origin(file=self._file, line=number, reader=_READER)
        self._note_pace(text, origin)
        return (
            self._take_rate(text, origin)
            or self._take_tokens(text, origin)
            or self._take_bar(text, origin)
            or self._take_latency(text, origin)
        )

    def _take_rate(self, text: str, origin: Origin) -> bool:
        match = _RATE.search(text)
        if match is None:
            return False
        label = match[0][:200]
        role = "baseline" if _BASELINE.search(text[: match.start()]) else "observed"
        self._add("requests", match["r"], origin, label, role)
        if match["t"]:
            note = "" if match["kind"] else " (printed without saying what it counts: total, before PR 8914)"
            self._add("total tokens", match["t"], origin, label + note, role)
        if match["o"]:
            self._add("output tokens", match["o"], origin, label, role)
        self._delivered.append(Delivered(tool="vllm bench throughput", origin=origin))
        return True

    def _add(self, quantity: str, printed: str, origin: Origin, label: str, role: str) -> None:
        value = printed_number(printed)
        if value is not None:
            fields = {"quantity": quantity, "per_s": value, "origin": origin, "label": label, "role": role}
            self._rates.append(ObservedRate.model_validate(fields))

    def _take_tokens(self, text: str, origin: Origin) -> bool:
        match = _TOKENS.search(text)
        if match is None:
            return False
        if not self._delivered:
            self._delivered.append(Delivered(tool="vllm bench throughput", origin=origin))
        tokens = int(match["n"][:15])
        name = "prompt_tokens" if match["side"] == "prompt" else "output_tokens"
        self._delivered[-1] = self._delivered[-1].model_copy(update={name: tokens})
        return True

    def _note_pace(self, text: str, origin: Origin) -> None:
        """How long a finished bar's step took, from its count and its pace."""
        match = _PACE.search(text)
        pace = printed_number(match["pace"]) if match is not None else None
        if match is None or not pace:
            return
        count = int(match["all"][:12])
        seconds = count / pace if match["unit"] == "it/s" else count * pace
        path = "adding_requests_s" if match["step"] == "Adding requests" else "processing_s"
        known = self._steps.get(path)
        if known is None or (isinstance(known.value, float) and seconds > known.value):
            self._steps[path] = Fact(path=path, value=seconds, origin=origin, weight="log")

    def _take_bar(self, text: str, origin: Origin) -> bool:
        match = _BAR.search(text)
        if match is None:
            return False
        done, total = int(match["done"][:12]), int(match["all"][:12])
        if done == total and total > 0:
            self._bars.append((total, 1, origin))
            speed = _SPEED.search(text)
            if speed is not None:
                self._bar_rates = []
                for group, quantity in (("i", "prompt tokens"), ("o", "output tokens")):
                    value = printed_number(speed[group])
                    if value is not None:
                        fields = {
                            "quantity": quantity,
                            "per_s": value,
                            "origin": origin,
                            "label": "est. speed",
                        }
                        self._bar_rates.append(ObservedRate.model_validate(fields))
        return True

    def _take_latency(self, text: str, origin: Origin) -> bool:
        match = _LATENCY.search(text)
        if match is None:
            return False
        seconds = printed_number(match["s"])
        self._delivered.append(Delivered(tool="vllm bench latency", origin=origin, wall_s=seconds))
        return True

    @property
    def finished_bars(self) -> tuple[int, int, Origin] | None:
        """How many progress bars ended, how many requests the largest had, and the first's origin."""
        if not self._bars:
            return None
        return len(self._bars), max(bar[0] for bar in self._bars), self._bars[0][2]

    def evidence(self) -> Evidence:
        """What was collected. A printed rate goes before the progress bar's estimate."""
        delivered = tuple(self._complete(run) for run in self._delivered)
        rates = tuple(self._rates) or tuple(self._bar_rates)
        steps = tuple(self._steps.values()) if len(self._steps) == 2 else ()
        if not rates and not delivered and not steps:
            return Evidence()
        return Evidence(
            read=(f"{self._file}: {_READER}",), rates=rates, delivered=delivered, engine_facts=steps
        )

    def _complete(self, run: Delivered) -> Delivered:
        """Requests and wall time, which are not printed, from the rates and the tokens."""
        by = {rate.quantity: rate.per_s for rate in self._rates if rate.origin == run.origin}
        output, requests = by.get("output tokens"), by.get("requests")
        if not run.output_tokens or not output or not requests:
            return run
        wall_s = run.output_tokens / output
        count = round(requests * wall_s)
        bars = self.finished_bars
        if bars is not None and abs(bars[1] - count) <= max(1, 0.02 * count):
            count = bars[1]
        note = "requests and wall time follow from the printed rates and token counts"
        return run.model_copy(update={"wall_s": wall_s, "requests": count, "notes": (*run.notes, note)})
