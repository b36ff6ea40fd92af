from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.errors import UsageError
from doctor.evidence.command_line import parse_command
from doctor.planning.setups import user_setup
from doctor.references import load_reference, reference_setup
from doctor.schema.command import Command
from doctor.schema.setup import Scalar

REFERENCE = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))
THROUGHPUT = "vllm bench throughput --model Qwen/Qwen1.5-7B-Chat"


def values(command: Command) -> dict[str, Scalar]:
    return {path: value for path, (value, _) in command.overrides.items()}


def lengths(command: Command) -> tuple[Scalar, Scalar]:
    found = values(command)
    return found.get("workload.input_len"), found.get("workload.output_len")


class TestTheTrap:
    """``vllm bench throughput --input-len 1000 --output-len 1000`` runs 1024/128 since 0.14.0."""

    asked = f"{THROUGHPUT} --input-len 1000 --output-len 1000"

    @pytest.mark.parametrize("version", ["0.14.0", "0.17.1", "0.18.1", "0.20.2", "0.32.0", "0.33.1rc1"])
    def test_delivered_lengths_and_a_note(self, version: str) -> None:
        command = parse_command(self.asked, version)
        assert lengths(command) == (1024, 128)
        assert command.asked == {"workload.input_len": 1000, "workload.output_len": 1000}
        assert "does not run the 1000/1000 tokens it was asked for, but 1024/128" in command.notes[0]
        assert "overruled" in command.overrides["workload.input_len"][1].note

    @pytest.mark.parametrize("version", ["0.8.5.post1", "0.11.2", "0.13.0"])
    def test_before_it_ran_what_was_asked(self, version: str) -> None:
        command = parse_command(self.asked, version)
        assert lengths(command) == (1000, 1000)
        assert command.notes == ()

    def test_without_a_version_it_warns(self) -> None:
        command = parse_command(self.asked)
        assert lengths(command) == (1000, 1000)
        assert "From vLLM 0.14.0 on" in command.notes[0]

    def test_the_version_of_the_image_counts(self) -> None:
        command = parse_command(
            "docker run --gpus all --entrypoint vllm vllm/vllm-openai:v0.17.1 bench throughput "
            "--model m --input-len 1000 --output-len 1000"
        )
        assert lengths(command) == (1024, 128)
        assert values(command)["software.version"] == "0.17.1"

    def test_the_flags_that_work(self) -> None:
        command = parse_command(f"{THROUGHPUT} --random-input-len 1000 --random-output-len 1000", "0.32.0")
        assert lengths(command) == (1000, 1000)
        assert command.notes == ()

    def test_only_one_of_the_two_is_trapped(self) -> None:
        command = parse_command(f"{THROUGHPUT} --random-input-len 1000 --output-len 1000", "0.32.0")
        assert lengths(command) == (1000, 128)
        assert command.asked == {"workload.output_len": 1000}

    def test_no_length_at_all_is_the_datasets_default(self) -> None:
        command = parse_command(THROUGHPUT, "0.32.0")
        assert lengths(command) == (1024, 128)
        assert command.asked == {}

    def test_a_prefix_is_part_of_the_prompt(self) -> None:
        command = parse_command(f"{THROUGHPUT} --random-input-len 1000 --random-prefix-len 24", "0.32.0")
        assert lengths(command) == (1024, 128)
        assert any("prefix caching" in note for note in command.notes)

    def test_a_dataset_of_its_own_is_not_trapped(self) -> None:
        text = f"{THROUGHPUT} --dataset-name sharegpt --dataset-path s.json --output-len 1000"
        command = parse_command(text, "0.32.0")
        assert lengths(command) == (None, 1000)
        assert "come from the dataset (sharegpt)" in command.notes[0]

    def test_the_server_benchmark_is_not_trapped(self) -> None:
        command = parse_command("vllm bench serve --input-len 1000 --output-len 1000", "0.32.0")
        assert lengths(command) == (1000, 1000)


class TestOffline:
    def test_what_the_tool_fixes(self) -> None:
        found = values(parse_command(THROUGHPUT, "0.32.0"))
        assert found["sampling.temperature"] == 1.0
        assert found["sampling.top_p"] == 1.0
        assert found["sampling.ignore_eos"] is True
        assert found["workload.num_prompts"] == 1000
        assert found["workload.max_concurrency"] is None
        assert found["workload.prompts"] == "distinct"

    def test_flags_that_belong_to_the_server_benchmark_are_not_applied(self) -> None:
        command = parse_command(f"{THROUGHPUT} --max-concurrency 8 --temperature 0", "0.32.0")
        assert values(command)["workload.max_concurrency"] is None
        assert values(command)["sampling.temperature"] == 1.0
        assert any("--max-concurrency 8: belongs to vllm bench serve" in line for line in command.unread)
        assert any("--temperature 0: belongs to vllm bench serve" in line for line in command.unread)

    def test_engine_settings_with_their_flags(self) -> None:
        command = parse_command(
            f"{THROUGHPUT} --gpu-memory-utilization 0.95 --max_num_seqs=64 --max-num-batched-tokens 8k "
            "--max-model-len 32K --enforce-eager -tp 2 -q awq --no-enable-prefix-caching --dtype half "
            "--disable-detokenize --n 4 --num-prompts 200 --swap-space 4"
        )
        found = values(command)
        assert found["engine.gpu_memory_utilization"] == 0.95
        assert found["engine.max_num_seqs"] == 64
        assert found["engine.max_num_batched_tokens"] == 8000  # vLLM: k is 1000
        assert found["engine.max_model_len"] == 32768  # and K is 1024
        assert found["engine.enforce_eager"] is True
        assert found["engine.tensor_parallel_size"] == 2
        assert found["engine.quantization"] == "awq"
        assert found["engine.enable_prefix_caching"] is False
        assert found["engine.dtype"] == "half"
        assert found["sampling.detokenize"] is False
        assert found["sampling.n"] == 4
        assert found["workload.num_prompts"] == 200
        assert found["engine.extra.swap_space"] == 4
        assert command.overrides["engine.enforce_eager"][1].kind == "user"
        assert command.overrides["engine.enforce_eager"][1].note == "--enforce-eager"

    @pytest.mark.parametrize(
        ("version", "prompts"), [("0.4.0", "identical"), ("0.6.5", "distinct"), (None, None)]
    )
    def test_the_old_script_repeated_one_prompt(self, version: str | None, prompts: str | None) -> None:
        text = "python3 benchmarks/benchmark_throughput.py --model m --input-len 1000 --output-len 100"
        command = parse_command(text, version)
        assert values(command).get("workload.prompts") == prompts
        assert lengths(command) == (1000, 100)
        assert command.entry == "LLM"

    def test_the_last_of_a_repeated_flag_counts(self) -> None:
        command = parse_command(f"{THROUGHPUT} --num-prompts 1 --num-prompts 7")
        assert values(command)["workload.num_prompts"] == 7


class TestServer:
    def test_a_server_and_its_client(self) -> None:
        command = parse_command(
            """
            export MODEL=Qwen/Qwen3-14B N=500   # both machines
            CUDA_VISIBLE_DEVICES=0 VLLM_USE_V1=1 HF_TOKEN=hf_secret nohup \\
                vllm serve "$MODEL" --max-num-seqs 64 --api-key sk-secret > server.log 2>&1 &
            sleep 60 && vllm bench serve --model other --dataset-name random \\
                --random-input-len 2000 --random-output-len 100 --num-prompts ${N} \\
                --max-concurrency 16 --request-rate inf --temperature 0 --top-k -1 | tee client.log
            """,
            "0.20.2",
        )
        found = values(command)
        assert command.tools == ("vllm serve", "vllm bench serve")
        assert command.entry == "server"
        assert found["model.name"] == "Qwen/Qwen3-14B"
        assert found["engine.max_num_seqs"] == 64
        assert (found["workload.input_len"], found["workload.output_len"]) == (2000, 100)
        assert found["workload.num_prompts"] == 500
        assert found["workload.max_concurrency"] == 16
        assert found["workload.request_rate_per_s"] is None
        assert found["sampling.temperature"] == 0.0
        assert found["sampling.ignore_eos"] is True
        assert command.environment == {"CUDA_VISIBLE_DEVICES": "0", "VLLM_USE_V1": "1"}
        assert "secret" not in command.model_dump_json()
        setup = user_setup(REFERENCE, command.overrides)
        assert setup.sampling.top_k == 0  # -1 and 0 both mean all tokens

    @pytest.mark.parametrize(
        "text",
        [
            "python -m vllm.entrypoints.openai.api_server --model m --max-num-seqs 8",
            "docker run --runtime nvidia --gpus all -v ~/.cache/huggingface:/root/.cache/huggingface "
            '--env "HUGGING_FACE_HUB_TOKEN=hf_secret" -p 8000:8000 --ipc=host vllm/vllm-openai:latest '
            "--model m --max-num-seqs 8",
            "sudo podman run -d registry.local:5000/mirror/vllm-openai vllm serve m --max-num-seqs 8",
            "docker run --entrypoint /bin/bash vllm/vllm-openai -c 'vllm serve m --max-num-seqs 8'",
            "bash -lc 'cd /x && vllm serve m --max-num-seqs 8'",
            "uv run --with vllm vllm serve --max-num-seqs 8 --model m",
            "$ vllm serve m --max-num-seqs 8",
            "ssh host; time /opt/venv/bin/vllm serve m --max-num-seqs=8",
            "vllm serve m `\n  --max-num-seqs 8",
            "vllm serve m —max-num-seqs 8",
            "# start it\nvllm serve m --max-num-seqs 8 # don't forget",
        ],
    )
    def test_however_it_is_started(self, text: str) -> None:
        command = parse_command(text)
        assert command.tools == ("vllm serve",)
        assert values(command) == {"engine.max_num_seqs": 8, "model.name": "m"}
        assert "secret" not in command.model_dump_json()

    @pytest.mark.parametrize(
        ("text", "version"),
        [
            ("docker run vllm/vllm-openai:v0.11.0 --model m", "0.11.0"),
            ("docker run vllm/vllm-openai:0.8.5.post1 --model m", "0.8.5.post1"),
            ("uv run --with vllm==0.20.2 vllm serve m", "0.20.2"),
            ("docker run vllm/vllm-openai:latest --model m", None),
        ],
    )
    def test_a_version_that_the_command_tells(self, text: str, version: str | None) -> None:
        assert values(parse_command(text)).get("software.version") == version

    def test_the_client_sent_temperature_0_until_0_14(self) -> None:
        assert values(parse_command("vllm bench serve", "0.11.0"))["sampling.temperature"] == 0.0
        command = parse_command("vllm bench serve", "0.32.0")
        assert "sampling.temperature" not in values(command)
        assert any("generation_config.json" in note for note in command.notes)

    def test_a_chat_backend_adds_a_template(self) -> None:
        command = parse_command("vllm bench serve --backend openai-chat --temperature 0")
        assert any("chat template" in note for note in command.notes)

    def test_sharegpt_may_end_early(self) -> None:
        command = parse_command("vllm bench serve --dataset-name sharegpt --dataset-path x.json", "0.11.0")
        assert values(command)["sampling.ignore_eos"] is False
        assert lengths(command) == (None, None)


class TestUnread:
    @pytest.mark.parametrize(
        ("flag", "words"),
        [
            ("--frobnicate 7", "--frobnicate 7: is not known"),
            ("--config f.yaml", "--config f.yaml: holds settings of its own"),
            ("--compilation-config '{\"mode\": 3}'", "holds settings of its own"),
            ("--max-model-len $LEN", "--max-model-len $LEN: holds a shell variable"),
            ("--max-model-len $(nproc)", "holds a shell variable"),
            ("--my-api-key sk-secret", "--my-api-key …: is not known"),
        ],
    )
    def test_flags_that_set_nothing_are_told(self, flag: str, words: str) -> None:
        command = parse_command(f"vllm serve m {flag}")
        assert any(words in line for line in command.unread)
        assert values(command) == {"model.name": "m"}

    def test_flags_without_effect_are_not_worth_a_line(self) -> None:
        assert parse_command("vllm serve m --host 0.0.0.0 --port 8000 --api-key x").unread == ()

    def test_engine_settings_on_the_client_belong_to_the_server(self) -> None:
        command = parse_command("vllm bench serve --max-num-seqs 8", "0.11.0")
        assert any("belongs to the server's command" in line for line in command.unread)

    def test_a_second_run_is_told(self) -> None:
        command = parse_command(f"{THROUGHPUT} --num-prompts 1\n{THROUGHPUT} --num-prompts 2")
        assert values(command)["workload.num_prompts"] == 1
        assert "a further vllm bench throughput: only one run is read" in command.unread


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no vLLM command"),
        ("rm -rf / # vllm serve m", "no vLLM command"),
        ("python -m sglang.launch_server --model m", "no vLLM command"),
        ("vllm bench latency --model m", "no vLLM command"),
        ("vllm serve 'm", "cannot be split into words: no closing quotation"),
        (
            "vllm serve m --max-num-seqs many",
            "--max-num-seqs: 'many' is not allowed, it must be a whole number",
        ),
        ("vllm serve m --max-num-seqs", "--max-num-seqs: nothing is not allowed, it needs a value"),
        ("vllm serve m --max-num-seqs 0", "engine.max_num_seqs: 0 is not allowed"),
        ("vllm serve m --gpu-memory-utilization 90", "engine.gpu_memory_utilization: 90.0 is not allowed"),
        ("vllm serve m --gpu-memory-utilization nan", "must be a number"),
        (f"{THROUGHPUT} --num-prompts -5", "workload.num_prompts: -5 is not allowed"),
        (f"{THROUGHPUT} --num-prompts {'9' * 5000}", "must be a whole number"),
        ("vllm serve m " + "x " * 40_000, "longer than 64 KiB"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_command(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 800


def test_a_bomb_of_variables_stays_small() -> None:
    text = "A=" + "x" * 900 + "\n" + "".join(f"A=$A$A$A{i}\n" for i in range(50))
    text += "vllm serve m --served-model-name " + "$A" * 20_000
    assert len(parse_command(text).model_dump_json()) < 10_000


def test_nothing_is_executed(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("untouched")
    parse_command(f"vllm serve $(touch {folder}/a) `touch {folder}/b`; touch {folder}/c")
    assert list(folder.iterdir()) == []


WORDS = """
vllm serve bench throughput docker run vllm/vllm-openai:v0.11.0 -m python benchmark_throughput.py bash -c
--input-len --random-output-len 1000 -5 8k --no-enforce-eager -tp --max-concurrency --temperature 0.5
--dataset-name sharegpt A=1 $A ${A:-2} && | > ' " # -- - = --= {} —n --entrypoint=sh
"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "\\\n", "\x1b[2J"])


@given(st.lists(PIECES | st.text(max_size=8), max_size=25), st.sampled_from([None, "0.4.2", "0.32.0", "x"]))
def test_any_text_is_read_or_refused_and_what_is_read_fits_a_setup(
    pieces: list[str], version: str | None
) -> None:
    try:
        command = parse_command("vllm serve m " + " ".join(pieces), version)
    except UsageError:
        return
    user_setup(REFERENCE, command.overrides)
    assert Command.model_validate_json(command.model_dump_json()) == command
