"""No network, no settings of the person who runs the tests, and a cache of their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # huggingface_hub reads it when it is imported
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # do not spin where the cores are shared

from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder
from retrieval.folders import cache_folder

if TYPE_CHECKING:
    from docagent.engine import ChatQwen2

ROOT = Path(__file__).resolve().parent.parent

MODELS = Path(os.environ.get("DOCAGENT_TEST_MODELS") or cache_folder())
"""The cache with the language model, fetched once for all runs: the user's own."""

TOWN = """The harbour office

The harbour office of Ostby opens at 6:45 in summer. Boats over 12 metres report by radio.

The ice house was rebuilt in 1931 by the mason Ulla Brandt.

Fishing nets are dried on the meadow behind the chapel until the end of October.
"""


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests that do not look into it."""
    return tmp_path_factory.mktemp("docagent-cache")


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, shared_cache: Path) -> None:
    monkeypatch.setenv("DOCAGENT_CACHE", str(shared_cache))
    for name in ("DOCAGENT_MODEL", "DOCAGENT_EMBEDDING", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache for this test alone."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DOCAGENT_CACHE", str(folder))
    return folder


@pytest.fixture
def town(tmp_path: Path) -> Path:
    file = tmp_path / "town.txt"
    file.write_text(TOWN, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def handbook() -> Path:
    return ROOT / "examples" / "handbook.pdf"


@pytest.fixture(scope="session")
def handbook_corpus(handbook: Path, shared_cache: Path) -> Corpus:
    return Corpus.open([handbook], cache=shared_cache)


@pytest.fixture(scope="session")
def qwen_file() -> Path:
    """The file of the smaller embedded model, for processes with a cache of their own."""
    from docagent.engine.loading.load import locate

    return locate("embedded:0.5b", MODELS)


@pytest.fixture(scope="session")
def qwen() -> ChatQwen2:
    """Real weights, the smaller embedded model, in the precision that no processor rounds."""
    from docagent.engine import ChatQwen2

    return ChatQwen2.from_pretrained("embedded:0.5b", MODELS, device="cpu", dtype="float32")


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def loaded(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Corpora share one loaded embedding model, for tests that open many."""
    monkeypatch.setattr("retrieval.corpus.Encoder", lambda _name: encoder)
