"""Holds a vLLM engine and runs arms on it. Standard library and vLLM only.

This file is run by itself, under whichever Python the user's vLLM lives in; it
imports nothing of qdoctor. Jobs come in as JSON lines on standard input, events go
out as JSON lines on what was standard output; everything vLLM prints goes to
standard error.

The process imports vLLM once and then forks for every engine it is asked for, so
that an engine start costs the start and not the imports. The fork happens before
CUDA is touched; where importing vLLM already touched it, the process says so,
becomes the engine itself and ends with it.

Jobs::

    {"op": "engine", "arguments": {…}, "environment": {…}}   start an engine
    {"op": "run", "workload": {…}, "sampling": {…}, "seed": 0, "warm_up": {…} | null}
    {"op": "stop"}                                            stop that engine
    {"op": "quit"}

Events: ready, forked, engine_started, engine_failed, progress, run_done,
run_failed, engine_exited, refused.

The calls used are LLM(...), LLM.llm_engine, LLMEngine.add_request, LLMEngine.step,
LLM.reset_prefix_cache and SamplingParams, read in the packages 0.8.5, 0.11.2,
0.17.1, 0.20.2, 0.22.1 and 0.32.0; scheduler figures come from
LLMEngine.logger_manager, which 0.8.5 does not have.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any, NoReturn

PROGRESS_INTERVAL_S = 0.5
SAMPLE_INTERVAL_S = 0.1
MOST_SAMPLES = 1200
FIRST_TOKEN_ID = 100
"""Synthetic prompts stay clear of the low ids, where vocabularies keep their special tokens."""


class Channel:
    """JSON lines in and out. Reads byte by byte: what follows a line belongs to a forked child."""

    def __init__(self) -> None:
        self.out = os.dup(1)
        os.dup2(2, 1)

    def send(self, event: str, **fields: Any) -> None:
        """Write one event."""
        line = json.dumps({"event": event, **fields}, default=str, allow_nan=False)
        data = line.encode() + b"\n"
        while data:
            data = data[os.write(self.out, data) :]

    def end_line(self) -> None:
        """End what a killed engine may have left half written; an empty line says nothing."""
        os.write(self.out, b"\n")

    def receive(self) -> dict[str, Any]:
        """Wait for the next job; the end of the input is a quit."""
        line = bytearray()
        while True:
            byte = os.read(0, 1)
            if not byte:
                return {"op": "quit"}
            if byte == b"\n":
                job: dict[str, Any] = json.loads(line)
                return job
            line += byte


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies (Linux: PR_SET_PDEATHSIG = 1)."""
    # On another kernel the driver kills the process group on its way out.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def describe(error: BaseException) -> dict[str, str]:
    """An exception as fields of an event, cut to a bounded length."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return {"error": type(error).__name__, "message": str(error)[:4000], "trace": "".join(lines)[-8000:]}


class StepRecorder:
    """Collects what the scheduler says after each step, thinned out to a bounded series."""

    def __init__(self, llm: Any) -> None:
        self.samples: list[dict[str, Any]] = []
        self.interval_s = SAMPLE_INTERVAL_S
        self.available = False
        self.begin()
        manager = getattr(llm.llm_engine, "logger_manager", None)
        if manager is None:
            return
        original = manager.record

        def record(
            scheduler_stats: Any = None, iteration_stats: Any = None, *args: Any, **kwargs: Any
        ) -> Any:
            self.observe(scheduler_stats, iteration_stats)
            return original(scheduler_stats, iteration_stats, *args, **kwargs)

        manager.record = record
        self.available = True

    def begin(self) -> None:
        """Start counting for a new pass."""
        self.samples = []
        self.start = self.last = time.monotonic()
        self.output_tokens = self.prompt_tokens = self.preemptions = 0
        self.queries = self.hits = 0
        self.running: int | None = None
        self.waiting: int | None = None
        self.usage: float | None = None

    def observe(self, scheduler: Any, iteration: Any) -> None:
        """Take in the statistics of one step."""
        if iteration is not None:
            self.output_tokens += iteration.num_generation_tokens
            self.prompt_tokens += iteration.num_prompt_tokens
            self.preemptions += iteration.num_preempted_reqs
        if scheduler is not None:
            self.running = scheduler.num_running_reqs
            skipped = getattr(scheduler, "num_skipped_waiting_reqs", 0)
            self.waiting = scheduler.num_waiting_reqs + skipped
            self.usage = getattr(scheduler, "kv_cache_usage", getattr(scheduler, "gpu_cache_usage", None))
            cache = getattr(scheduler, "prefix_cache_stats", None)
            if cache is not None:
                self.queries += cache.queries
                self.hits += cache.hits
        now = time.monotonic()
        if now - self.last >= self.interval_s:
            self.last = now
            self.take(now)

    def take(self, now: float) -> None:
        """Add a sample; a series that grows too long is halved and sampled half as often."""
        self.samples.append(
            {
                "t_s": now - self.start,
                "running": self.running,
                "waiting": self.waiting,
                "kv_cache_usage": self.usage,
                "preemptions": self.preemptions if self.available else None,
                "output_tokens": self.output_tokens,
                "prompt_tokens": self.prompt_tokens if self.available else None,
            }
        )
        if len(self.samples) > MOST_SAMPLES:
            self.samples = self.samples[1::2]
            self.interval_s *= 2


def token_prompts(workload: Mapping[str, Any], vocabulary: int, seed: int) -> list[list[int]]:
    """Prompts of exactly input_len token ids, distinct or all the same."""
    generator = random.Random(seed)  # noqa: S311
    first = min(FIRST_TOKEN_ID, vocabulary - 1)

    def one() -> list[int]:
        return [generator.randrange(first, vocabulary) for _ in range(workload["input_len"])]

    if workload["prompts"] == "identical":
        return [one()] * workload["num_prompts"]
    return [one() for _ in range(workload["num_prompts"])]


def sampling_parameters(sampling: Mapping[str, Any], output_len: int) -> Any:
    """vLLM's SamplingParams for outputs of output_len tokens, or fewer where EOS may end them.

    min_tokens stays away: with ignore_eos it changes nothing but the cost of a step.
    """
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    arguments = dict(sampling, max_tokens=output_len, output_kind=RequestOutputKind.FINAL_ONLY)
    if not arguments["top_k"]:
        # 0 switches top-k off from 0.9 on, -1 before: leaving it out does in all.
        del arguments["top_k"]
    return SamplingParams(**arguments)


class Arm:
    """One timed pass over a workload, in a closed loop of max_concurrency requests (None: all at once)."""

    def __init__(
        self,
        llm: Any,
        recorder: StepRecorder,
        channel: Channel,
        job: Mapping[str, Any],
        vocabulary: int,
        count: int,
    ) -> None:
        self.engine, self.recorder, self.channel = llm.llm_engine, recorder, channel
        self.workload = job["workload"]
        self.name = f"{job['id']}-{count}"
        self.prompts = token_prompts(self.workload, vocabulary, job["seed"])
        self.parameters = sampling_parameters(job["sampling"], self.workload["output_len"])
        self.finished: dict[int, dict[str, Any]] = {}
        self.handed_over = 0
        self.last_progress = 0.0

    def hand_over(self) -> None:
        """Add the next request; arrivals beyond the first batch wait for a finished one."""
        prompt = {"prompt_token_ids": self.prompts[self.handed_over]}
        self.engine.add_request(f"{self.name}-{self.handed_over}", prompt, self.parameters.clone())
        self.handed_over += 1

    def fill(self) -> None:
        """Hand over what may be in flight now."""
        limit = self.workload["max_concurrency"] or len(self.prompts)
        while self.handed_over < len(self.prompts) and self.handed_over - len(self.finished) < limit:
            if not self.arrived(self.handed_over):
                return
            self.hand_over()

    def arrived(self, index: int) -> bool:
        """Whether that request is due; without an arrival rate all are due at once."""
        rate = self.workload["request_rate_per_s"]
        return rate is None or time.monotonic() - self.begun >= index / rate

    def run(self) -> dict[str, Any]:
        """Do the pass; the timed region is from the first request handed over to the last token."""
        self.recorder.begin()
        self.begun = time.monotonic()
        self.fill()
        while len(self.finished) < len(self.prompts):
            if self.handed_over == len(self.finished):
                time.sleep(0.001)  # an open loop that waits for its next arrival
            else:
                self.collect(self.engine.step())
            self.fill()
            self.report_progress()
        self.wall_s = time.monotonic() - self.begun
        self.recorder.take(time.monotonic())
        return self.result()

    def collect(self, outputs: Any) -> None:
        """Note the requests that finished in a step."""
        now = time.monotonic()
        for output in outputs:
            if not output.finished:
                continue
            index = int(output.request_id.split("-")[-1])
            first = getattr(getattr(output, "metrics", None), "first_token_ts", None)
            self.finished[index] = {
                "prompt": len(output.prompt_token_ids),
                "output": sum(len(one.token_ids) for one in output.outputs),
                "finished_s": now - self.begun,
                "first_token_s": first - self.begun if first else None,
            }

    def report_progress(self) -> None:
        """Say now and then how far the pass is."""
        now = time.monotonic()
        if now - self.last_progress < PROGRESS_INTERVAL_S:
            return
        self.last_progress = now
        done = sum(one["output"] for one in self.finished.values())
        self.channel.send(
            "progress",
            t_s=now - self.begun,
            output_tokens=self.recorder.output_tokens or done,
            requests_done=len(self.finished),
            requests=len(self.prompts),
            running=self.recorder.running,
        )

    def result(self) -> dict[str, Any]:
        """The raw values of the pass, in request order."""
        rows = [self.finished[index] for index in range(len(self.prompts))]
        firsts = [row["first_token_s"] for row in rows]
        return {
            "wall_s": self.wall_s,
            "prompt_tokens": [row["prompt"] for row in rows],
            "output_tokens": [row["output"] for row in rows],
            "finished_s": [row["finished_s"] for row in rows],
            "first_token_s": firsts if all(first is not None for first in firsts) else [],
            "preemptions": self.recorder.preemptions if self.recorder.available else None,
            "prefix_cache_queries": self.recorder.queries if self.recorder.available else None,
            "prefix_cache_hits": self.recorder.hits if self.recorder.available else None,
            "engine_samples": self.recorder.samples,
        }


def engine_facts(llm: Any, start_s: float) -> dict[str, Any]:
    """What the engine resolved its configuration to, as far as this version tells."""
    import vllm

    config = llm.llm_engine.vllm_config
    cache, scheduler, model = config.cache_config, config.scheduler_config, config.model_config
    blocks = cache.num_gpu_blocks
    facts = {
        "vllm_version": vllm.__version__,
        "torch_version": sys.modules["torch"].__version__,
        "python_version": sys.version.split()[0],
        "device": str(config.device_config.device_type),
        "device_name": device_name(config),
        "model_dtype": str(model.dtype).replace("torch.", ""),
        "kv_cache_tokens": blocks * cache.block_size if blocks else None,
        "num_gpu_blocks": blocks or None,
        "block_size": cache.block_size,
        "max_model_len": model.max_model_len,
        "max_num_seqs": scheduler.max_num_seqs,
        "max_num_batched_tokens": scheduler.max_num_batched_tokens,
        "enforce_eager": bool(model.enforce_eager),
        "enable_prefix_caching": cache.enable_prefix_caching,
        "start_s": start_s,
    }
    resolved = {
        "gpu_memory_utilization": getattr(cache, "gpu_memory_utilization", None),
        "kv_cache_dtype": getattr(cache, "cache_dtype", None),
        "chunked_prefill": getattr(
            scheduler, "enable_chunked_prefill", getattr(scheduler, "chunked_prefill_enabled", None)
        ),
        "async_scheduling": getattr(scheduler, "async_scheduling", None),
        "cudagraph_mode": str(getattr(config.compilation_config, "cudagraph_mode", "")) or None,
        "compilation": str(
            getattr(config.compilation_config, "mode", getattr(config.compilation_config, "level", ""))
        ),
        "tensor_parallel_size": config.parallel_config.tensor_parallel_size,
        "quantization": getattr(model, "quantization", None),
        "multiprocess_engine": os.environ.get("VLLM_ENABLE_V1_MULTIPROCESSING", "1"),
    }
    facts["resolved"] = {key: value for key, value in resolved.items() if value is not None}
    return facts


def device_name(config: Any) -> str:
    """The GPU as its driver names it; empty on a CPU."""
    if str(config.device_config.device_type) != "cuda":
        return ""
    from vllm.platforms import current_platform

    return str(current_platform.get_device_name())


class EngineServer:
    """Serves runs on one engine until told to stop. Lives in a forked process."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.count = 0

    def start(self, job: Mapping[str, Any]) -> None:
        """Build the engine and say what it resolved its configuration to."""
        from vllm import LLM

        os.environ.update(job["environment"])
        begun = time.monotonic()
        self.llm = LLM(**job["arguments"])
        start_s = time.monotonic() - begun
        self.recorder = StepRecorder(self.llm)
        config = self.llm.llm_engine.vllm_config
        self.vocabulary = config.model_config.get_vocab_size()
        self.channel.send("engine_started", facts=engine_facts(self.llm, start_s))

    def run(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """A discarded pass to warm up where one is asked for, then the timed one."""
        if job.get("warm_up"):
            self.once({**job, "workload": job["warm_up"], "seed": job["seed"] + 1_000_003})
        return self.once(job)

    def once(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """One pass over a workload."""
        # Every pass has prompts of its own, and starts from an empty prefix cache.
        if hasattr(self.llm, "reset_prefix_cache"):
            self.llm.reset_prefix_cache()
        self.count += 1
        return Arm(self.llm, self.recorder, self.channel, job, self.vocabulary, self.count).run()

    def serve(self) -> None:
        """Run what is asked for until told to stop, or until a pass fails."""
        while True:
            job = self.channel.receive()
            if job["op"] in ("stop", "quit"):
                return
            try:
                self.channel.send("run_done", id=job["id"], result=self.run(job))
            except Exception as error:  # noqa: BLE001  (whatever it is, the driver must hear of it)
                self.channel.send("run_failed", id=job["id"], **describe(error))
                return


def serve_engine(channel: Channel, job: Mapping[str, Any]) -> NoReturn:
    """The life of a forked process: start the engine, serve, leave without clean-up of the parent's state."""
    if os.getpgid(0) != os.getpid():
        os.setpgid(0, 0)
    die_with_parent()
    # The engine says so itself, so that nothing it says can come before it.
    channel.send("forked", pid=os.getpid())
    server = EngineServer(channel)
    status = 0
    try:
        server.start(job)
        server.serve()
    except BaseException as error:  # noqa: BLE001  (SystemExit too: vLLM raises it in start-up)
        channel.send("engine_failed", **describe(error))
        status = 1
    shut_down(server)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def shut_down(server: EngineServer) -> None:
    """Let the engine's own processes end; the driver kills what is left of the process group."""
    core = getattr(getattr(getattr(server, "llm", None), "llm_engine", None), "engine_core", None)
    try:
        if core is not None:
            core.shutdown()
    except Exception:  # noqa: BLE001  (the process ends anyway)
        traceback.print_exc()


def import_vllm(channel: Channel) -> bool | None:
    """Import what an engine needs, so that forked processes find it in memory.

    Whether engines can be forked; None where vLLM cannot be imported.
    """
    begun = time.monotonic()
    try:
        import vllm
        from vllm import LLM, SamplingParams  # noqa: F401
    except Exception as error:  # noqa: BLE001  (a broken install raises anything)
        channel.send("refused", reason="import", interpreter=sys.executable, **describe(error))
        return None
    import torch

    touched = torch.cuda.is_initialized()
    channel.send(
        "ready",
        vllm_version=vllm.__version__,
        torch_version=torch.__version__,
        python_version=sys.version.split()[0],
        cuda=torch.version.cuda,
        import_s=time.monotonic() - begun,
        forks=not touched,
    )
    return bool(not touched)


def main() -> int:
    """Import vLLM once, then fork an engine for each that is asked for."""
    die_with_parent()
    channel = Channel()
    forks = import_vllm(channel)
    if forks is None:
        return 1
    while True:
        job = channel.receive()
        if job["op"] == "quit":
            return 0
        if job["op"] != "engine":
            channel.send("refused", reason="no engine")
            continue
        if not forks:
            serve_engine(channel, job)
        pid = os.fork()
        if pid == 0:
            serve_engine(channel, job)
        _, status = os.waitpid(pid, 0)
        channel.end_line()
        channel.send("engine_exited", pid=pid, signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None)


if __name__ == "__main__":
    sys.exit(main())
