"""The real worker script around a stand-in for vLLM, which answers at once and never computes.

What it does with vLLM itself is tested on the real engine, in tests/engine. Here: that it forks,
reports, keeps its channel clean, and can do without forking.
"""

from __future__ import annotations

import ast
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from doctor.engines.arguments import sampling_arguments, warm_up, workload_arguments
from doctor.engines.events import WORKER
from doctor.engines.host import ArmFailedError, EngineHost, Limits
from doctor.errors import EngineError
from doctor.schema.setup import Model, Sampling, Setup, Workload

TORCH = """
import os
from types import SimpleNamespace as Space
__version__ = "2.0.stand-in"
version = Space(cuda=None)
cuda = Space(is_initialized=lambda: "CUDA_TOUCHED" in os.environ)
"""

VLLM = """
import os, torch
from types import SimpleNamespace as Space
from vllm.sampling_params import SamplingParams

__version__ = "0.32.stand-in"
print("a banner that a library prints on standard output")


class Engine:
    def __init__(self):
        self.logger_manager = None
        self.waiting = []
        self.vllm_config = Space(
            cache_config=Space(num_gpu_blocks=65, block_size=32, enable_prefix_caching=False),
            scheduler_config=Space(max_num_seqs=8, max_num_batched_tokens=2048),
            model_config=Space(
                dtype="torch.bfloat16", max_model_len=65, enforce_eager=True, get_vocab_size=lambda: 500
            ),
            device_config=Space(device_type="cpu"),
            compilation_config=Space(level=0),
            parallel_config=Space(tensor_parallel_size=1),
        )

    def add_request(self, name, prompt, parameters):
        assert all(100 <= token < 500 for token in prompt["prompt_token_ids"])
        self.waiting.append((name, prompt["prompt_token_ids"], parameters))

    def step(self):
        print("a line that the engine prints on standard output")
        if "DIES" in os.environ:
            os._exit(9)
        if "RAISES" in os.environ:
            raise RuntimeError("out of blocks")
        name, prompt, parameters = self.waiting.pop(0)
        samples = [Space(token_ids=[7] * parameters.max_tokens) for _ in range(parameters.n)]
        return [Space(request_id=name, finished=True, prompt_token_ids=prompt, outputs=samples)]


class LLM:
    def __init__(self, **arguments):
        if "refuse" in arguments:
            raise SystemExit("engine arguments make no sense")
        self.llm_engine = Engine()
"""

SAMPLING = """
from types import SimpleNamespace as Space
RequestOutputKind = Space(FINAL_ONLY="final only")


class SamplingParams(Space):
    def clone(self):
        return SamplingParams(**vars(self))
"""

LOAD = Workload(input_len=32, output_len=16, num_prompts=5, max_concurrency=2)
JOB = {
    "id": "reference#0",
    "workload": workload_arguments(LOAD),
    "sampling": sampling_arguments(Sampling(n=2)),
    "seed": 3,
    "warm_up": warm_up(Setup(model=Model(name="a-model"), workload=LOAD)),
}


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with the stand-ins, for PYTHONPATH."""
    folder = tmp_path / "packages"
    (folder / "vllm").mkdir(parents=True)
    (folder / "torch.py").write_text(TORCH)
    (folder / "vllm" / "__init__.py").write_text(VLLM)
    (folder / "vllm" / "sampling_params.py").write_text(SAMPLING)
    return folder


@pytest.fixture
def driver(packages: Path, tmp_path: Path) -> Iterator[EngineHost]:
    with host(packages, tmp_path) as made:
        yield made


def host(packages: Path, folder: Path, **environment: str) -> EngineHost:
    return EngineHost(
        sys.executable,
        folder / "engine.log",
        {"PYTHONPATH": str(packages), **environment},
        limits=Limits(stall_s=60),
    )


def run(driver: EngineHost) -> Mapping[str, Any]:
    return driver.run(JOB, lambda event: None)


def test_a_run_delivers_every_request_and_what_is_printed_goes_to_the_log(
    driver: EngineHost, tmp_path: Path
) -> None:
    facts = driver.start_engine({}, {})
    assert (facts.vllm_version, facts.kv_cache_tokens) == ("0.32.stand-in", 65 * 32)
    result = run(driver)
    assert result["prompt_tokens"] == [32] * 5
    assert result["output_tokens"] == [2 * 16] * 5
    assert sorted(result["finished_s"]) == result["finished_s"]
    driver.stop_engine()
    assert "prints on standard output" in (tmp_path / "engine.log").read_text()


def test_each_engine_is_a_process_of_its_own(driver: EngineHost) -> None:
    pids = []
    for _ in range(2):
        driver.start_engine({}, {})
        run(driver)
        pids.append(driver.engine_pid)
        driver.stop_engine()
    assert pids[0] != pids[1]


def test_where_importing_touched_cuda_each_engine_gets_a_worker_of_its_own(
    packages: Path, tmp_path: Path
) -> None:
    with host(packages, tmp_path, CUDA_TOUCHED="1") as driver:
        assert driver.ready["forks"] is False
        for _ in range(2):
            driver.start_engine({}, {})
            assert run(driver)["output_tokens"] == [32] * 5
            driver.stop_engine()


def test_an_engine_that_refuses_with_an_exit_is_an_error_in_words(driver: EngineHost) -> None:
    with pytest.raises(EngineError, match="SystemExit: engine arguments make no sense"):
        driver.start_engine({"refuse": True}, {})
    driver.start_engine({}, {})


@pytest.mark.parametrize(("fault", "words"), [("RAISES", "out of blocks"), ("DIES", "died in the middle")])
def test_a_fault_in_an_arm_leaves_a_worker_that_starts_the_next_engine(
    driver: EngineHost, fault: str, words: str
) -> None:
    driver.start_engine({}, {fault: "1"})
    with pytest.raises(ArmFailedError, match=words):
        run(driver)
    driver.start_engine({}, {})
    assert run(driver)["prompt_tokens"] == [32] * 5


def test_a_killed_engine_is_reported(driver: EngineHost) -> None:
    driver.start_engine({}, {})
    assert driver.engine_pid is not None
    os.kill(driver.engine_pid, signal.SIGKILL)
    with pytest.raises(ArmFailedError, match="killed by signal 9"):
        run(driver)


def test_a_python_that_has_no_vllm_says_which_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "vllm.py").write_text("raise ImportError('libcudart.so.12: cannot open shared object file')")
    driver = EngineHost(sys.executable, tmp_path / "engine.log", {"PYTHONPATH": str(tmp_path)})
    with pytest.raises(EngineError, match=r"ImportError: libcudart\.so\.12") as caught, driver:
        pass
    assert caught.value.where == sys.executable


def test_the_worker_needs_the_standard_library_and_vllm_only() -> None:
    tree = ast.parse(WORKER.read_text())
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"vllm", "torch"}
