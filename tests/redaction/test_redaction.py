from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from doctor.redaction import Identity, names_a_secret, redact

ALICE = Identity(users=("alice",), hosts=("tesla-box", "tesla-box.lab.example"), homes=("/home/alice",))
NOBODY = Identity()

SECRET_TEXTS = [
    ("HF_TOKEN=hf_abcdefghijklmnopqrstuv", "abcdefghijkl"),
    ("docker run -e HUGGING_FACE_HUB_TOKEN=whatever-it-is --gpus all", "whatever"),
    ("vllm serve x --api-key s3cr3t --port 8000", "s3cr3t"),
    ("vllm serve x --api-key=s3cr3t", "s3cr3t"),
    ('curl -H "Authorization: Bearer abcdefgh.ijkl" http://localhost', "abcdefgh"),
    ("{'api_key': 'abcdef', 'model': 'm'}", "abcdef"),
    ('{"hf_token": "abc\\"def", "x": 1}', "def"),
    ("https://alice:hunter2@example.org/simple", "hunter2"),
    ("https://x.blob.example/f?sv=1&token=abcdef0123&x=1", "abcdef0123"),
    ("export AWS_SECRET_ACCESS_KEY=abc/def+gh", "abc/def"),
    ("AKIAABCDEFGHIJKLMNOP is the key", "AKIAABCD"),
    ("openai key sk-proj-abcdefghijklmnopqrst", "abcdefghij"),
    ("password: hunter2", "hunter2"),
    ("PASSWORD=12345", "12345"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghij"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nxyz\n-----END RSA PRIVATE KEY-----", "MIIE"),
    ("jwt eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ", "eyJhbG"),
    ("token: 0123456789abcdef0123", "0123456789abcdef"),
    ("X-Api-Key: abcd efgh", "efgh"),
    ("Cookie: session=1; other=2", "session=1"),
    ("WANDB_API_KEY = 'abc'", "'abc'"),
    ("DB_PASSWORD=$wordfish", "wordfish"),
    ("API_KEY=optionalish", "optionalish"),
]

OTHER_TEXTS = [
    ("/home/bob/models/x", "home path", "bob"),
    ("/Users/bob/models", "home path", "bob"),
    (r"C:\Users\bob\models", "home path", "bob"),
    ("/home/alice/models/qwen", "home path", "alice"),
    ("cache in /data/alice/hub", "user name", "alice"),
    ("started by alice.", "user name", "alice"),
    ("mail bob.miller@example.org", "user name", "miller"),
    ("bob@gpu7:~/vllm$ vllm serve", "host name", "gpu7"),
    ("on tesla-box, rank 0", "host name", "tesla"),
    ("on tesla-box.lab.example", "host name", "lab"),
    ("Serial Number                     : 1325122000001", "serial number", "1325122"),
    ('{"serial": "PB-0042"}', "serial number", "0042"),
    ("GPU UUID : GPU-12345678-1234-1234-1234-123456789abc", "UUID", "123456789abc"),
    ("MIG-12345678-1234-1234-1234-123456789abc", "UUID", "123456789abc"),
    ("bound to 10.20.30.40:8000", "IP address", "10.20.30.40"),
    ("http://192.168.1.7:8000/v1", "IP address", "192.168"),
    ("inet 10.0.0.3/24 brd", "IP address", "10.0.0.3"),
    ("(1.2.3.4)", "IP address", "1.2.3.4"),
    ("tcp://[fe80::1ff:fe23:4567:890a]:29500", "IP address", "4567"),
    ("2001:db8::8a2e:370:7334", "IP address", "7334"),
    ("ip-10-0-12-34.ec2.internal", "IP address", "10-0-12"),
    ("link/ether 52:54:00:12:34:56 brd", "MAC address", "12:34:56"),
]

INNOCENT_TEXTS = [
    "nvidia-cublas-cu12==12.8.4.1",
    "nvidia-cublas-cu12 12.8.4.1",
    "nvidia-cudnn-cu12         9.10.2.21\ntorch 2.8.0\n",
    "CUDA version: 12.8.4.1, driver 570.86.10.15",
    "VBIOS Version                         : 96.00.74.00.01",
    "'nvidia-nccl-cu12': '2.27.3.1'",
    "vllm>=0.8.5.1",
    "Total num output tokens: 128000, output_tokens_per_s: 1149.4, max_tokens=16",
    "Time per output token: 12.5 ms",
    "token: 12.5",
    "next token: the",
    "per_token=3",
    '"eos_token": "</s>", "pad_token": "<pad>", "image_token": "<|image|>"',
    "tokenizer=Qwen/Qwen1.5-7B-Chat, tokenizer_mode=auto, skip_tokenizer_init=True",
    "--max-num-batched-tokens 8192 --max-num-seqs 256",
    "std::vector c10::add at::Tensor ::ffff a::b::c",
    "2024-05-01 12:30:59.123 INFO 12:30:59",
    "commit cf30153c4c131c8164ee7798e5022d810682e2cb",
    "00000000:17:00.0 GPU 0",
    "http://127.0.0.1:8000 and 0.0.0.0:8000 and [::1]:80",
    "api_key=None, auth=false, --api-key $VLLM_API_KEY",
    "git@github.com:vllm-project/vllm.git",
    "vllm/vllm-openai@sha256:0123456789abcdef",
    "/root/.cache/huggingface/hub and /homework/x and /workspace/x",
    "GPU KV cache size: 12,345 tokens; Maximum concurrency 4.5x",
    "kernel 5.15.0-105-generic, 6.18.44",
    "malice and aliceblue are words",
    "password authentication is off",
]


@pytest.mark.parametrize(("text", "gone"), SECRET_TEXTS)
def test_secrets_go(text: str, gone: str) -> None:
    redacted, counts = redact(text, NOBODY)
    assert gone not in redacted
    assert counts["secret"] >= 1


@pytest.mark.parametrize(("text", "kind", "gone"), OTHER_TEXTS)
def test_what_names_a_person_or_a_machine_goes(text: str, kind: Any, gone: str) -> None:
    redacted, counts = redact(text, ALICE)
    assert gone not in redacted
    assert counts[kind] >= 1


@pytest.mark.parametrize("text", INNOCENT_TEXTS)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert redact(text, ALICE) == (text, {})


@pytest.mark.parametrize("text", [text for text, *_ in [*SECRET_TEXTS, *OTHER_TEXTS]])
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once, _ = redact(text, ALICE)
    assert redact(once, ALICE) == (once, {})


def test_what_stands_around_a_secret_stays() -> None:
    redacted, counts = redact("vllm serve m --api-key abc --max-num-seqs 8 # by alice", ALICE)
    assert redacted == "vllm serve m --api-key <secret> --max-num-seqs 8 # by <user>"
    assert counts == {"secret": 1, "user name": 1}


def test_common_names_are_not_looked_for() -> None:
    common = Identity(users=("root", "me"), hosts=("vm", "localhost"), homes=("/root", "/", ""))
    text = "root of the tree, vm, me, /root/.cache, localhost"
    assert redact(text, common) == (text, {})


def test_records_keep_their_shape() -> None:
    record = {
        "engine_environment": {"HF_TOKEN": "x", "OMP_NUM_THREADS": "4"},
        "packages": {"nvidia-cublas-cu12": "12.8.4.1"},
        "driver_version": "570.86.10.15",
        "command": ("vllm", "--model", "/home/bob/m"),
        "output_tokens": 128,
        "rates": [1.5, None, True],
        "hostname": "x9",
        "/home/bob/a": 1,
    }
    redacted, counts = redact(record, NOBODY)
    assert redacted["engine_environment"] == {"HF_TOKEN": "<secret>", "OMP_NUM_THREADS": "4"}
    assert redacted["packages"] == {"nvidia-cublas-cu12": "12.8.4.1"}
    assert redacted["driver_version"] == "570.86.10.15"
    assert redacted["command"] == ("vllm", "--model", "/home/<user>/m")
    assert redacted["output_tokens"] == 128
    assert redacted["rates"] == [1.5, None, True]
    assert redacted["hostname"] == "<host>"
    assert redacted["/home/<user>/a"] == 1
    assert counts == {"secret": 1, "home path": 2, "host name": 1}
    assert redact(redacted, NOBODY) == (redacted, {})


def test_nesting_without_end_is_cut() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert "<too deep>" in json.dumps(redact(deep, NOBODY)[0])


@pytest.mark.parametrize("name", ["HF_TOKEN", "hfToken", "api-key", "AWS_SECRET_ACCESS_KEY", "--hf-token"])
def test_secret_names(name: str) -> None:
    assert names_a_secret(name)


@pytest.mark.parametrize(
    "name", ["max_tokens", "tokens", "eos_token", "tokenizer", "author", "key", "OMP_NUM"]
)
def test_other_names(name: str) -> None:
    assert not names_a_secret(name)


SECRET_VALUES = st.text(string.ascii_letters + string.digits + "_-+/.", min_size=17, max_size=60)
SURROUNDINGS = st.text(st.characters(codec="utf-8", exclude_characters="\"'\\=:"), max_size=40)


@given(before=SURROUNDINGS, value=SECRET_VALUES.filter(lambda v: not v.startswith("-")), after=SURROUNDINGS)
@pytest.mark.parametrize(
    "form",
    [
        "HF_TOKEN={}",
        "--api-key {}",
        '"password": "{}"',
        "Authorization: Bearer {}",
        "https://me:{}@host/",
        "hf_{}",
    ],
)
def test_a_planted_secret_never_survives(form: str, before: str, value: str, after: str) -> None:
    if form == "hf_{}":
        value = "".join(character for character in value if character.isalnum()).ljust(20, "x")
    if form.startswith("https"):
        value = value.replace("/", "x")
    assume(value not in before and value not in after)
    redacted, counts = redact(f"{before}\n{form.format(value)}\n{after}", NOBODY)
    assert value not in redacted
    assert counts["secret"] >= 1


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_any_text_is_survived_and_settles(text: str) -> None:
    once, counts = redact(text, ALICE)
    assert bool(counts) == (once != text)
    assert redact(once, ALICE) == (once, {})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=12), VALUES, max_size=5))
def test_any_record_keeps_numbers_and_settles(record: dict[str, Any]) -> None:
    once, _ = redact(record, ALICE)
    assert redact(once, ALICE) == (once, {})
    for key, value in record.items():
        if isinstance(value, (int, float)) and key in once:
            assert once[key] == value


@given(st.lists(st.integers(0, 999), min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts))))
def test_versions_of_three_parts_are_never_addresses(version: str) -> None:
    assert redact(f"torch {version} and {version}", ALICE)[1] == {}


@given(st.ip_addresses(v=4).filter(lambda ip: not (ip.is_loopback or ip.is_unspecified)))
def test_addresses_in_a_url_always_go(address: Any) -> None:
    redacted, _ = redact(f"http://{address}:8000/v1", ALICE)
    assert redacted == "http://<ip>:8000/v1"


def test_a_long_hostile_line_is_no_trap() -> None:
    for line in ("a" * 200_000, "a=" * 100_000, "://" * 60_000, ":" * 200_000, '"' * 200_000, "1." * 100_000):
        redact(line, ALICE)
