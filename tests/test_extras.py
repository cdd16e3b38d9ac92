"""A package of an extra that is not installed: one line says how to get it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from docagent.engine.loading.load import load
from docagent.engine.resolve import resolve
from docagent.errors import DocAgentError, ModelUnavailable
from retrieval.ranking.rerank import CrossEncoder
from retrieval.scale.cluster import connect


def test_a_server_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_openai", None)
    with pytest.raises(ModelUnavailable, match=r"pip install 'docagent\[server\]'"):
        resolve("openai:qwen@http://localhost:1/v1", tmp_path)


@pytest.mark.parametrize("package", ["gguf", "llvmlite"])
def test_a_file_of_llama_cpp_needs_its_extra(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF" + bytes(60))
    with pytest.raises(ModelUnavailable, match=r"pip install 'docagent\[gguf\]'"):
        load(str(file), tmp_path)


def test_a_reranker_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    config = '{"architectures": ["BertForSequenceClassification"]}'
    (tmp_path / "config.json").write_text(config, "utf-8")
    with pytest.raises(DocAgentError, match=r"pip install 'docagent\[rerank\]'"):
        CrossEncoder(str(tmp_path))


def test_a_cluster_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(DocAgentError, match=r"--on ray needs ray: pip install 'docagent\[ray\]'"):
        connect("ray")
