"""vLLM's log of any version from 0.2 to 0.33, line by line, in memory that does not grow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from doctor.evidence import engine_facts, serve_block, stats_series, throughput_lines
from doctor.evidence.engine_config import read_benchmark_arguments, read_config
from doctor.evidence.engine_facts import read_fact_line
from doctor.evidence.joining import join
from doctor.evidence.log_patterns import KEY, MESSAGES
from doctor.schema.evidence import Evidence, Fact, Origin, Signal

_READER = "vLLM engine log"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST = 20_000
_MOST_ARGUMENTS = 2000
_LOG_LINE = re.compile(r"(?:INFO|WARNING|ERROR|DEBUG) \d\d-\d\d \d\d:\d\d:\d\d ")
_CONFIG_STARTS = ("Initializing a", "non-default args", "args: Namespace", "Namespace(")
_HINT = re.compile(
    r"throughput|KV [cC]ache|reqs?,|CUDA ?[gG]raph|[cC]udagraph|Initializing an? |args: |[eE]ager|Cannot use|"
    r"MoE|FP8|Using |[tT]orch|Processed prompts|Adding requests|Total num|\((?:tok/s|s|ms|req/s|RPS)\):|"
    r" requests:|request concurrency:| tokens:|blocks: |version |quantization|Falling back|"
    r"preempted|disabled|enabled|[pP]refix|took|overridden|metrics: |model len|during inference|"
    r"memory|long context|requests/s|Maximum concurrency|Marlin|OMP_|allreduce|Defaulting to|"
    r"Received request|speculative|per-request|latency: |sequence length|request rate:|LoRA|"
    r"slow tokenizer|are specified|Graph capturing|CUDA graph|Forcing|Namespace\("
)
"""One search that lets nearly all lines go by; only what it finds meets the single patterns."""


class EngineLog:
    """Takes the lines of one file; gives the evidence in them."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.looked_at = 0
        """Lines that were looked at in full."""
        self._stats = stats_series.StatsCollector()
        self._serve = serve_block.ServeBlocks(file)
        self._throughput = throughput_lines.ThroughputLines(file)
        self._signals: dict[str, Signal] = {}
        self._settings: dict[str, Fact] = {}
        self._facts: dict[str, Fact] = {}
        self._arguments: list[Fact] = []
        """Of benchmarks: they print what they run with."""

    def take(self, number: int, text: str) -> bool:
        """Look at one line in full. Whether a program printed it: a log's line or a result's."""
        self.looked_at += 1
        if len(text) > _LONGEST:
            text = text[:_LONGEST]
        if "\x1b" in text:
            text = _ANSI.sub("", text)
        message = _json_message(text)
        if message is not None:
            text = message
        if _HINT.search(text) is None:
            return message is not None or _LOG_LINE.search(text) is not None
        takers = (self._stats.take, self._serve.take, self._throughput.take)
        taken = any(take(number, text) for take in takers) or self._take_statement(number, text)
        return taken or message is not None

    def _take_statement(self, number: int, text: str) -> bool:
        origin = Origin(file=self._file, line=number, reader=_READER)
        arguments = read_benchmark_arguments(text, origin)
        if arguments:
            self._arguments.extend(arguments)
            return True
        config = read_config(text, origin)
        if config is not None:
            for fact in config[0]:
                known = self._settings.get(fact.path)
                if known is None or known.value is None:
                    self._settings[fact.path] = fact
            for fact in config[1]:
                self._facts.setdefault(fact.path, fact)
            return True
        for fact in read_fact_line(text, origin):
            self._facts.setdefault(fact.path, fact)
        for message in MESSAGES:
            match = message.search(text)
            if match is not None:
                self._count(message.id, match, origin)
        return _LOG_LINE.search(text) is not None

    def _count(self, signal_id: str, match: re.Match[str], origin: Origin) -> None:
        known = self._signals.get(signal_id)
        if known is not None:
            values = dict(known.values)
            if match.groupdict().get("n"):
                values["n"] = match["n"][:20]
            self._signals[signal_id] = known.model_copy(update={"count": known.count + 1, "values": values})
            return
        values = {name: value[:300] for name, value in match.groupdict().items() if value}
        self._signals[signal_id] = Signal(
            id=signal_id, count=1, origin=origin, text=match[0][:200], values=values
        )

    def add_repeats(self, signal_id: str, times: int) -> None:
        """Further occurrences of a message that was taken before, only counted."""
        known = self._signals.get(signal_id)
        if known is not None:
            self._signals[signal_id] = known.model_copy(update={"count": known.count + times})

    def evidence(self) -> Evidence:
        """What was found; empty where the lines hold nothing of vLLM's."""
        stats = self._stats.series(self._file)
        signals = [*self._signals.values(), *self._loop_signal()]
        settings = list(self._settings.values())
        budget = self._signals.get("chunked_prefill")
        path = "engine.max_num_batched_tokens"
        if budget is not None and path not in self._settings and budget.values.get("n"):
            value = int(budget.values["n"][:12])
            settings.append(Fact(path=path, value=value, origin=budget.origin, weight="log"))
        found = bool(stats or signals or settings or self._facts)
        log = Evidence(
            read=(f"{self._file}: {_READER}",) if found else (),
            settings=tuple(settings),
            engine_facts=tuple(self._facts.values()),
            stats=stats,
            signals=tuple(signals),
        )
        arguments = Evidence(
            read=(f"{self._file}: a benchmark's arguments",) if self._arguments else (),
            settings=tuple(self._arguments[:_MOST_ARGUMENTS]),
        )
        return join((log, arguments, self._serve.evidence(), self._throughput.evidence()))

    def _loop_signal(self) -> Iterator[Signal]:
        """Progress bars of one request each, many times over: generate() is called in a loop."""
        bars = self._throughput.finished_bars
        if bars is not None and bars[0] >= 3 and bars[1] == 1:
            text = f"{bars[0]} progress bars of one request each"
            yield Signal(id="single_request_bars", count=bars[0], origin=bars[2], text=text)


def _json_message(text: str) -> str | None:
    """The message of a JSON log line (a JSON formatter's, docker's); None where the line is none."""
    if not text.startswith("{") or not text.rstrip().endswith("}"):
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for key in ("message", "log", "msg"):
        if isinstance(record, dict) and isinstance(record.get(key), str):
            return str(record[key])
    return None


def _keys() -> frozenset[bytes]:
    starts: list[str] = [start for message in MESSAGES for start in message.starts]
    starts += [*stats_series.STARTS, *engine_facts.STARTS, *throughput_lines.STARTS, *serve_block.STARTS]
    starts += [*_CONFIG_STARTS, "Prefix cache hit rate: GPU"]
    return frozenset(start.encode()[:KEY].ljust(KEY) for start in starts)


INTERESTING = _keys()
"""The first bytes of every message that is looked for."""


REPEATED = {b"Received": "request_logged"}
"""Messages that come with every request: after the first they are only counted."""


def message_key(line: bytes) -> bytes:
    """The first bytes of the line's message where it may be one of ours, else nothing.

    The message begins after the ``] `` of the source's name; other prefixes (pods,
    containers) may hold a ``] `` too, so up to three are tried.
    """
    if line[:KEY] in INTERESTING or line[:2] == b'{"':
        return line[:KEY]
    at = -1
    for _ in range(3):
        at = line.find(b"] ", at + 1, 200)
        if at < 0:
            return b""
        key = line[at + 2 : at + 2 + KEY]
        if key in INTERESTING:
            return key
    return b""


def scan(file: str, lines: Iterable[tuple[int, str]]) -> tuple[Evidence, frozenset[int]]:
    """The evidence in numbered lines that are few enough to be looked at one by one, and which
    of them a program printed."""
    log = EngineLog(file)
    taken = frozenset(number for number, text in lines if log.take(number, text))
    return log.evidence(), taken
