"""The program that somebody ran: generation through vLLM's Python API, with the faults in it."""

from __future__ import annotations

from collections.abc import Collection

from benchmarks.faults.catalogue import SOUND, Settings

MODEL: dict[str, object] = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "hidden_size": 256,
    "intermediate_size": 688,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "vocab_size": 8000,
    "max_position_embeddings": 4096,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
}
"""Small enough for a second per run on two cores, large enough that a batch of 32 is ten times
as fast as single requests."""

ENGINE = ("max_num_seqs", "max_num_batched_tokens", "num_gpu_blocks_override", "max_model_len")
SAMPLING = (
    "temperature",
    "top_p",
    "top_k",
    "repetition_penalty",
    "presence_penalty",
    "logprobs",
    "n",
)
MOST_WARM_UP_PROMPTS = 32
"""As many as run at once; a run of fewer prompts warms up with as many as it times, since the first use
of another batch size sets things up too."""


def program(folder: str, changes: Settings, faults: Collection[str] = (), *, identical: bool = False) -> str:
    """Python source that prints its output tokens per second; ``faults`` are the program's own.

    ``identical`` is the program behind an inflated reference: one prompt for all requests, found in
    the prefix cache, which is on by default.
    """
    settings = {**SOUND, **changes}
    timer = "start = time.perf_counter()"
    early = "load-timed" in faults
    warm_up_timed = "warm-up-timed" in faults
    lines = [
        "import random",
        "import time",
        "",
        "from vllm import LLM, SamplingParams",
        "",
        f"NUM_PROMPTS = {settings['num_prompts']}",
        f"INPUT_LEN = {settings['input_len']}",
        "",
        "",
        "def make_prompt():",
        '    return {"prompt_token_ids": [random.randrange(100, 8000) for _ in range(INPUT_LEN)]}',
        "",
        "",
        _prompts(identical),
        f"warm_up = [make_prompt() for _ in range({min(settings['num_prompts'], MOST_WARM_UP_PROMPTS)})]",
        *([timer] if early else []),
        _engine(folder, settings),
        _sampling(settings),
        *([timer] if warm_up_timed and not early else []),
        "llm.generate(warm_up, parameters, use_tqdm=False)",
        *([timer] if not warm_up_timed and not early else []),
        *_generation(settings),
        "seconds = time.perf_counter() - start",
        "tokens = sum(len(one.token_ids) for output in outputs for one in output.outputs)",
        'print(f"{tokens / seconds:.2f} output tokens/s")',
    ]
    return "\n".join(lines) + "\n"


def _prompts(identical: bool) -> str:
    return (
        "prompts = [make_prompt()] * NUM_PROMPTS"
        if identical
        else "prompts = [make_prompt() for _ in range(NUM_PROMPTS)]"
    )


def _engine(folder: str, settings: Settings) -> str:
    given = ", ".join(f"{name}={settings[name]}" for name in ENGINE)
    return (
        f'llm = LLM(model="{folder}", load_format="dummy", skip_tokenizer_init=True, dtype="float32", '
        f"enforce_eager=True, block_size=32, {given})"
    )


def _sampling(settings: Settings) -> str:
    given = "".join(f", {name}={settings[name]}" for name in SAMPLING if name in settings)
    return (
        f"parameters = SamplingParams(max_tokens={settings['output_len']}, ignore_eos=True, "
        f"detokenize=False{given})"
    )


def _generation(settings: Settings) -> list[str]:
    at_once = settings.get("max_concurrency")
    if at_once is None:
        return ["outputs = llm.generate(prompts, parameters, use_tqdm=False)"]
    return [
        "outputs = []",
        f"for first in range(0, NUM_PROMPTS, {at_once}):",
        f"    outputs += llm.generate(prompts[first : first + {at_once}], parameters, use_tqdm=False)",
    ]
