from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docagent.engine.loading.load import gguf_path, is_gguf, load
from docagent.errors import DocAgentError
from tests.engine.gguf_files import random_model, write_gguf

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    return random_model()


@pytest.fixture
def file(tmp_path: Path, model: Any, tiny_tokenizer: PreTrainedTokenizerFast) -> Path:
    path = tmp_path / "tiny model.Q8_0.gguf"
    write_gguf(path, model, tiny_tokenizer, "Q8_0")
    return path


def test_folder_with_one_or_several_files(tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    assert not is_gguf(folder)
    with pytest.raises(DocAgentError, match="holds no GGUF file"):
        gguf_path(folder)
    only = file.rename(folder / file.name)
    assert is_gguf(folder)
    assert is_gguf(only)
    assert gguf_path(folder) == gguf_path(only) == only
    (folder / "other.gguf").write_bytes(b"")
    with pytest.raises(DocAgentError, match=r"holds 2 GGUF files; name one, such as .*other\.gguf"):
        gguf_path(folder)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    assert not is_gguf(folder)


def test_parts_of_a_file(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"m-0000{number}-of-00002.gguf").write_bytes(b"")
    for path in (tmp_path, tmp_path / "m-00001-of-00002.gguf"):
        with pytest.raises(DocAgentError, match="is one of 2 parts; join them with"):
            gguf_path(path)


def test_no_file_and_no_gguf(tmp_path: Path, file: Path) -> None:
    with pytest.raises(DocAgentError, match="there is no file"):
        load(str(tmp_path / "none.gguf"), tmp_path, "cpu")
    whole = file.read_bytes()
    for content in (b"", b"GGUF", b"not a GGUF file at all", whole[:3000], whole[:-3000]):
        file.write_bytes(content)
        with pytest.raises(DocAgentError, match="is not a whole GGUF file") as caught:
            load(str(file), tmp_path, "cpu")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("architecture", "fields", "message"),
    [
        ("mamba", {}, "is a mamba model, and docagent reads Qwen2"),
        ("qwen2", {"qwen2__rope__scaling__type": "longrope"}, "does not know (longrope)"),
        ("llama", {}, "is a llama model, and docagent reads Qwen2"),
        ("qwen2", {"qwen2__attention__key_length": 32}, "has heads of another width"),
        ("qwen2", {"tokenizer__ggml__pre": "falcon"}, "cuts words in a way docagent does not know"),
    ],
)
def test_files_that_are_no_dense_qwen2(
    tmp_path: Path,
    model: PreTrainedModel,
    tiny_tokenizer: PreTrainedTokenizerFast,
    architecture: str,
    fields: dict[str, Any],
    message: str,
) -> None:
    path = tmp_path / "other.gguf"
    write_gguf(path, model, tiny_tokenizer, "F32", architecture, **fields)
    with pytest.raises(DocAgentError) as caught:
        load(str(path), tmp_path, "cpu")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_quantisation_is_named(tmp_path: Path, file: Path) -> None:
    whole = file.read_bytes()
    name = b"blk.0.attn_q.weight"
    # After a tensor's name: the number of dimensions, two of them, and its type.
    place = whole.index(name) + len(name) + 4 + 16
    for number, said in ((99, "unknown type (99)"), (24, "cannot be read (I8)")):
        file.write_bytes(whole[:place] + number.to_bytes(4, "little") + whole[place + 4 :])
        with pytest.raises(DocAgentError) as caught:
            load(str(file), tmp_path, "cpu")
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
