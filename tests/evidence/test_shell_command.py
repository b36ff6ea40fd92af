"""Flags wherever a command stands."""

from __future__ import annotations

from tests.evidence.reading_text import facts, read, settings


def test_flags_of_a_command_over_several_lines() -> None:
    found = settings(
        read(
            "vllm serve Qwen/Qwen3-8B -tp 2 \\\n  --max-num-seqs=64 --gpu-memory-utilization 0.9 \\\n"
            '  --enforce-eager --no-enable-prefix-caching --speculative-config \'{"model": "m/d"}\'\n'
        )
    )
    assert found["model.name"] == "Qwen/Qwen3-8B"
    assert found["engine.tensor_parallel_size"] == 2
    assert found["engine.max_num_seqs"] == 64
    assert found["engine.gpu_memory_utilization"] == 0.9
    assert found["engine.enforce_eager"] is True
    assert found["engine.enable_prefix_caching"] is False
    assert found["engine.extra.speculative_config"] == '{"model": "m/d"}'


def test_a_switch_takes_no_value() -> None:
    found = settings(read("vllm serve m/x --enforce-eager --port 8000; vllm bench serve --num-prompts 5"))
    assert (found["engine.enforce_eager"], found["workload.num_prompts"]) == (True, 5)


def test_kubernetes_arguments_and_limits() -> None:
    evidence = read(
        'args: ["--model", "m/x", "--max-model-len", "4096"]\nresources:\n  limits:\n'
        '    cpu: "4"\n    memory: 32Gi\n'
    )
    assert settings(evidence)["engine.max_model_len"] == 4096
    assert facts(evidence)["cpu.quota_cores"] == 4.0


def test_environment_variables_without_secrets() -> None:
    found = facts(read("VLLM_USE_V1=0 VLLM_API_KEY=geheim OMP_NUM_THREADS=8 vllm serve m/x"))
    assert found["env.VLLM_USE_V1"] == 0
    assert found["env.OMP_NUM_THREADS"] == 8
    assert "env.VLLM_API_KEY" not in found


def test_lengths_of_the_benchmarks_have_one_name() -> None:
    for flag in ("--input-len", "--random-input-len"):
        assert settings(read(f"vllm bench serve {flag} 64"))["workload.input_len"] == 64


MANIFEST = """\
      containers:
      - name: vllm
        image: vllm/vllm-openai:v0.9.1
        command: ["/bin/sh", "-c"]
        args:
        - "vllm serve m/x --max-model-len 8192 --gpu-memory-utilization 0.5"
        env:
        - name: VLLM_USE_V1
          value: "0"
        - name: VLLM_API_KEY
          value: "geheim"
        resources:
          limits:
            cpu: 1500m
"""


def test_a_kubernetes_manifest() -> None:
    evidence = read(MANIFEST)
    found = facts(evidence)
    assert settings(evidence)["engine.gpu_memory_utilization"] == 0.5
    assert (found["cpu.quota_cores"], found["env.VLLM_USE_V1"], found["version"]) == (1.5, 0, "0.9.1")
    assert "env.VLLM_API_KEY" not in found
    assert not evidence.signals


def test_a_script_around_docker() -> None:
    evidence = read(
        "#!/bin/bash\ndocker run -d --gpus all --cpus=4 -e VLLM_ATTENTION_BACKEND=XFORMERS \\\n"
        "  vllm/vllm-openai:v0.8.5 --model m/x \\\n  --tensor-parallel-size 2 --max-num-seqs 64\n"
        "python benchmark_serving.py --backend vllm --num-prompts 200 --request-rate 8\n"
    )
    found = settings(evidence)
    assert (found["engine.tensor_parallel_size"], found["engine.max_num_seqs"]) == (2, 64)
    assert (found["workload.num_prompts"], found["workload.request_rate_per_s"]) == (200, 8)
    assert facts(evidence)["env.VLLM_ATTENTION_BACKEND"] == "XFORMERS"
    assert facts(evidence)["cpu.quota_cores"] == 4.0
