"""Scripts by their syntax tree: what is asked, what is timed, what is counted."""

from __future__ import annotations

import pytest

from tests.evidence.reading_text import facts, read, settings

IDENTICAL = """\
import time
from vllm import LLM, SamplingParams
params = {"n": 1, "temperature": 1.0, "top_p": 0.85, "top_k": -1, "ignore_eos": True,
          "max_tokens": 1000, "min_tokens": 1000}
query_list = ["1" * 1000] * 100
llm = LLM(model="Qwen/Qwen1.5-7B-Chat", tensor_parallel_size=1, trust_remote_code=True)
start = time.time()
outputs = llm.generate(query_list, SamplingParams(**params))
end = time.time()
print(sum(len(o.outputs[0].token_ids) for o in outputs) / (end - start))
"""


def test_a_hundred_identical_prompts_of_digits() -> None:
    evidence = read(IDENTICAL)
    found = settings(evidence)
    assert found["workload.num_prompts"] == 100
    assert found["workload.prompts"] == "identical"
    assert found["workload.output_len"] == 1000
    assert (found["sampling.top_p"], found["sampling.top_k"], found["sampling.ignore_eos"]) == (
        0.85,
        -1,
        True,
    )
    assert found["model.name"] == "Qwen/Qwen1.5-7B-Chat"
    assert facts(evidence)["prompt_characters"] == 1000
    assert facts(evidence)["rate_counts"] == "output"
    assert facts(evidence)["timer_encloses_model"] is False


@pytest.mark.parametrize(
    "prompts", ["['a b'] * 64", "['a b' for _ in range(64)]", "64 * ['a b']", "[p for _ in range(64)]"]
)
def test_ways_to_repeat_a_prompt(prompts: str) -> None:
    evidence = read(f"from vllm import LLM\np = 'a b'\nLLM('m').generate({prompts})\n")
    assert settings(evidence)["workload.num_prompts"] == 64
    assert settings(evidence)["workload.prompts"] == "identical"


def test_differing_prompts_are_not_identical() -> None:
    evidence = read("from vllm import LLM\nLLM('m').generate([f'story {i}' for i in range(64)])\n")
    assert "workload.prompts" not in settings(evidence)


def test_a_timer_around_the_model() -> None:
    evidence = read(
        "import time\nfrom vllm import LLM\nstart = time.perf_counter()\nllm = LLM('m')\n"
        "out = llm.generate(['a'])\nprint(time.perf_counter() - start)\n"
    )
    assert facts(evidence)["timer_encloses_model"] is True


def test_a_rate_over_prompt_tokens_too() -> None:
    evidence = read(
        "import time\nfrom vllm import LLM\nllm = LLM('m')\nt = time.time()\nout = llm.generate(['a'])\n"
        "total = 0\nfor o in out:\n    total += len(o.prompt_token_ids) + len(o.outputs[0].token_ids)\n"
        "print(total / (time.time() - t))\n"
    )
    assert facts(evidence)["rate_counts"] == "total"


@pytest.mark.parametrize(
    ("body", "loops"),
    [
        ("for p in prompts:\n    llm.generate(p)\n", True),
        ("for p in prompts:\n    client.chat.completions.create(model='m', messages=p)\n", True),
        ("for batch in batches:\n    llm.generate(batch)\n", False),
        ("for i in range(0, 96, 8):\n    llm.generate(prompts[i : i + 8])\n", False),
        ("for i in range(96):\n    llm.generate(prompts[i : i + 1])\n", True),
        ("for i in range(96):\n    llm.generate(prompts[i])\n", True),
        ("llm.generate(prompts)\n", False),
        (
            "async def main():\n"
            "    await gather(*[client.chat.completions.create(messages=p) for p in ps])\n",
            False,
        ),
    ],
)
def test_requests_one_after_the_other(body: str, loops: bool) -> None:
    evidence = read(f"from vllm import LLM\nllm = LLM('m')\n{body}")
    assert ("sequential_loop" in facts(evidence)) is loops


def test_hugging_face_instead_of_vllm() -> None:
    evidence = read(
        "from transformers import AutoModelForCausalLM\nm = AutoModelForCausalLM.from_pretrained('x')\n"
        "m.generate(ids)\n"
    )
    assert facts(evidence)["hf_generate"] is True


def test_nothing_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    read("import vllm\nprint('ran')\nraise SystemExit(3)\n")
    assert capsys.readouterr().out == ""


def test_names_that_refer_to_themselves_end() -> None:
    assert (
        settings(read("from vllm import LLM\nx = x * 2\ny = [y] * 3\nLLM(model=x).generate(y)\n")) is not None
    )


def test_prompts_sent_a_slice_at_a_time_are_all_of_them_and_so_many_in_flight() -> None:
    evidence = read(
        "from vllm import LLM\nllm = LLM('m')\nN = 16\nprompts = ['a'] * 100\n"
        "for i in range(0, len(prompts), N):\n    out = llm.generate(prompts[i : i + N])\n"
    )
    assert settings(evidence)["workload.num_prompts"] == 100
    assert settings(evidence)["workload.max_concurrency"] == 16


def test_the_workload_is_what_is_kept_not_the_warm_up() -> None:
    evidence = read(
        "from vllm import LLM\nllm = LLM('m')\nllm.generate(['a'] * 4)\nout = llm.generate(['b'] * 100)\n"
    )
    assert settings(evidence)["workload.num_prompts"] == 100


@pytest.mark.parametrize(
    ("order", "timed"),
    [
        (("t = time.time()", "llm.generate(w)", "o = llm.generate(p)", "s = time.time() - t"), True),
        (("llm.generate(w)", "t = time.time()", "o = llm.generate(p)", "s = time.time() - t"), False),
        (
            (
                "t = time.time()",
                "llm.generate(w)",
                "t = time.time()",
                "o = llm.generate(p)",
                "s = time.time() - t",
            ),
            False,
        ),
    ],
)
def test_a_warm_up_inside_the_timer(order: tuple[str, ...], timed: bool) -> None:
    evidence = read("import time\nfrom vllm import LLM\nllm = LLM('m')\n" + "\n".join(order) + "\n")
    assert ("timed_warm_up" in facts(evidence)) is timed
