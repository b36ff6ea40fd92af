from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from doctor.errors import ReferenceRunError
from doctor.locations import reference_runs
from doctor.references import list_references, load_reference, require_target
from doctor.schema.reference import ReferenceRun

QWEN_7B = "qwen1.5-7b-chat-a100-80g"

Content = dict[str, Any]
Write = Callable[[Content | str | bytes], str]


@pytest.fixture
def content() -> Content:
    loaded: Content = yaml.safe_load((reference_runs() / f"{QWEN_7B}.yaml").read_text())
    return loaded


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: Content | str | bytes) -> str:
        path = tmp_path / "mine.yaml"
        data = yaml.safe_dump(content) if isinstance(content, dict) else content
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return str(path)

    return to_file


def refusal(path: str) -> str:
    with pytest.raises(ReferenceRunError) as caught:
        load_reference(path)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000
    return str(caught.value)


def test_the_published_figures_that_must_be_there() -> None:
    headline = {reference.id: reference.figures[0].value for reference in list_references()}
    assert headline[QWEN_7B] == 2298.89
    assert headline["qwen1.5-moe-a2.7b-chat-a100-80g"] == 4010.27
    assert headline["qwen2-57b-a14b-instruct-2xa100-80g"] == 5698.37
    assert headline["qwen1.5-32b-chat-2xa100-80g"] == 8791.35
    assert headline["qwen2.5-7b-instruct-a100-80g-batch-1-input-1"] == 84.28
    assert headline["qwen2.5-7b-instruct-a100-80g-batch-1-input-6144"] == 80.70
    assert headline["qwen3-14b-a100-80g-sharegpt"] == 3922.41
    assert headline["qwen3-14b-h100-80g-sharegpt"] == 6595.66
    assert headline["nemotron-3-nano-30b-a3b-fp8-h200"] == 31656.63
    assert len(headline) >= 10


@pytest.mark.parametrize("reference", list_references(), ids=lambda reference: reference.id)
def test_every_run_cites_its_source_and_argues_its_accounting(reference: ReferenceRun) -> None:
    assert reference.citation.url.startswith("https://")
    assert reference.accounting.arithmetic
    assert reference.left_out
    assert all(left.why for left in reference.left_out)


def test_a_run_that_contradicts_itself_is_kept_and_refused_as_target() -> None:
    reference = load_reference("qwen3.5-35b-a3b-h200")
    with pytest.raises(ReferenceRunError, match="contradicts itself"):
        require_target(reference)


def test_a_sound_run_is_a_target() -> None:
    reference = load_reference(QWEN_7B)
    assert require_target(reference) is reference


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        ("qwen1.5-7b-chat-a100", QWEN_7B),
        ("Qwen1.5-7B-Chat-A100-80G", QWEN_7B),
        ("nemotron", "nemotron-3-nano-30b-a3b-fp8-h200"),
    ],
)
def test_an_unknown_id_names_the_nearest(wanted: str, nearest: str) -> None:
    assert f"the nearest is {nearest}" in refusal(wanted)


@pytest.mark.parametrize("wanted", ["", "x" * 100_000, "\x1b[31m\0\n", "../../etc/passwd", "zzzzz"])
def test_hostile_ids_are_refused_in_a_short_line(wanted: str) -> None:
    assert "\x1b" not in refusal(wanted)


def test_a_file_of_the_users_own(write: Write, content: Content) -> None:
    content["id"] = "mine"
    assert load_reference(write(content)).id == "mine"


class TestWrongFields:
    def test_an_unknown_field_names_the_nearest(self, write: Write, content: Content) -> None:
        content["sofware"] = content.pop("software")
        message = refusal(write(content))
        assert "sofware: there is no such field, did you mean software?" in message

    def test_a_nested_unknown_field_has_its_path(self, write: Write, content: Content) -> None:
        content["figures"][0]["count"] = "total"
        assert "figures.0.count: there is no such field, did you mean counts?" in refusal(write(content))

    def test_a_wrong_type_shows_value_and_what_is_allowed(self, write: Write, content: Content) -> None:
        content["figures"][0]["value"] = "fast"
        message = refusal(write(content))
        assert "figures.0.value: 'fast' is not allowed" in message
        assert "valid number" in message

    def test_a_wrong_choice_shows_the_choices(self, write: Write, content: Content) -> None:
        content["figures"][0]["unit"] = "tok/s"
        message = refusal(write(content))
        assert "'tok/s'" in message
        assert "'tokens/s'" in message

    def test_a_missing_field_is_named(self, write: Write, content: Content) -> None:
        del content["citation"]["url"]
        assert "citation.url: this field is missing" in refusal(write(content))

    def test_an_unknown_setting_names_the_nearest(self, write: Write, content: Content) -> None:
        content["workload"]["input_length"] = 1000
        message = refusal(write(content))
        assert "workload.input_length: there is no such setting, did you mean workload.input_len?" in message

    @pytest.mark.parametrize(
        ("section", "name", "value", "allowed"),
        [
            ("workload", "input_len", 0, "between 1 and"),
            ("workload", "input_len", "long", "valid integer"),
            ("workload", "input_len", True, "valid integer"),
            ("workload", "prompts", "mixed", "'distinct'"),
            ("workload", "num_prompts", 10**30, "between 1 and"),
            ("engine", "gpu_memory_utilization", 90, "between"),
            ("engine", "enforce_eager", "yes please", "valid boolean"),
            ("sampling", "top_p", -1.0, "between"),
            ("engine", "dtype", "a\x07b", "control characters"),
        ],
    )
    def test_a_wrong_setting(
        self, write: Write, content: Content, section: str, name: str, value: object, allowed: str
    ) -> None:
        content[section] = {**content.get(section, {}), name: value}
        content["left_out"] = [left for left in content["left_out"] if left["setting"] != f"{section}.{name}"]
        if (section, name) != ("workload", "num_prompts"):
            content["workload"].setdefault("num_prompts", 1000)
            content["left_out"] = [
                left for left in content["left_out"] if left["setting"] != "workload.num_prompts"
            ]
        message = refusal(write(content))
        assert f"{section}.{name}: " in message
        assert allowed in message

    def test_a_setting_both_stated_and_left_out(self, write: Write, content: Content) -> None:
        content["workload"]["num_prompts"] = 1000
        assert "workload.num_prompts is stated above" in refusal(write(content))

    def test_a_misspelt_path_under_left_out(self, write: Write, content: Content) -> None:
        content["left_out"].append({"setting": "engine.max_num_seq", "assumed": 3, "why": "?"})
        assert "did you mean engine.max_num_seqs?" in refusal(write(content))

    def test_a_required_length_neither_stated_nor_assumed(self, write: Write, content: Content) -> None:
        del content["workload"]["output_len"]
        assert "workload.output_len: this is missing" in refusal(write(content))

    def test_a_token_figure_that_does_not_say_what_it_counts(self, write: Write, content: Content) -> None:
        del content["figures"][0]["counts"]
        assert "figures.0.counts" in refusal(write(content))

    def test_figures_that_contradict_each_other_must_say_so(self, write: Write, content: Content) -> None:
        content["figures"][0]["counts"] = "output"
        message = refusal(write(content))
        assert "2298.89 output tokens/s does not agree with 1.15 requests/s" in message


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "no mapping"),
            (b"- a\n- b\n", "no mapping"),
            (b"\xff\xfe\x00", "UTF-8"),
            (b"id: [", "line 1"),
            (b"id: a\nid: b\n", "stands here twice"),
            (b"a: &x [1]\nb: *x\n", "aliases"),
            (b"a: " + b"[" * 5000 + b"]" * 5000, "nested deeper"),
            (b"a: " + b"{b: " * 5000, "nested deeper"),
            (b"x: " + b"9" * 6000, "cannot be read"),
            (b"id: \x00\x1b[2J", "not YAML"),
            (b"? [a, b]\n: 1\n", "plain word"),
            (b"? {a: b}\n: 1\n", "plain word"),
            (b"!!python/object/apply:os.system ['true']", "not YAML"),
            (b"id: !!binary abc\n", ""),
            (b"1: 2\n", "no mapping of names"),
            (b"a: 1\n" * 100_000, "64 KiB"),
            (b"<<: {id: a}\n", ""),
        ],
        ids=lambda value: repr(value)[:16],
    )
    def test_is_refused_in_one_paragraph(self, write: Write, data: bytes, words: str) -> None:
        assert words in refusal(write(data))

    def test_a_bomb_of_aliases(self, write: Write) -> None:
        lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
        lines += [
            f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        ]
        assert "aliases" in refusal(write("\n".join(lines)))

    def test_a_missing_file(self) -> None:
        assert "No such file" in refusal("/nowhere/at/all.yaml")

    def test_a_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "folder.yaml"
        folder.mkdir()
        assert "no regular file" in refusal(str(folder))

    def test_a_name_no_file_can_have(self) -> None:
        assert "not a usable path" in refusal("a\0b.yaml")
        assert "cannot be read" in refusal("a" * 5000 + ".yaml")

    def test_infinite_and_enormous_values(self, write: Write, content: Content) -> None:
        for value in (float("inf"), float("nan"), 1e30, 0, -5):
            content["figures"][0]["value"] = value
            assert "figures.0.value" in refusal(write(content))
