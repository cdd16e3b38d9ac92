"""Any embedding model that sentence-transformers loads."""

from __future__ import annotations

import json
import logging
import os
import re
from pathlib import Path

import numpy as np

from retrieval.embed.model import Vectors
from retrieval.errors import DocAgentError
from retrieval.extras import require
from retrieval.machine import has_bfloat16_cpu

# Their authors ask for these words, and their folders do not declare them.
_E5 = re.compile(r"\be5-(?:small|base|large)(?!-instruct)")
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}

_BATCH = 32  # 16 to 32 texts of equal length gave the most tokens a second on two cores


class SentenceModel:
    """A model folder read by sentence-transformers, whose import alone takes 3 s.

    Raises DocAgentError if the folder is no embedding model.
    """

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        for noisy in ("sentence_transformers", "transformers"):
            logging.getLogger(noisy).setLevel(logging.ERROR)
        import torch
        import transformers
        from safetensors import SafetensorError

        package = require(
            "sentence_transformers", "sentence-transformers", "rerank", f"{folder.name}"
        )
        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            model = package.SentenceTransformer(str(folder), device=device, local_files_only=True)
        except (OSError, ValueError, SafetensorError) as error:
            raise DocAgentError(f"{folder} is no embedding model: {error}") from error
        if device == "cuda" or has_bfloat16_cpu():
            # 3.6 times the speed of float32 on two AMX cores, cosine to float32 >= 0.998.
            model = model.to(torch.bfloat16)
        if not any(model.prompts.values()) and _E5.search(_identity(folder)):
            model.prompts.update(_E5_PROMPTS)
        self._model = model.eval()

    @property
    def limit(self) -> int:
        """Tokens it reads of one text; 256 where it does not say."""
        return int(self._model.max_seq_length or 256)

    def embed(self, texts: list[str], document: bool) -> Vectors:
        """Unit vectors of texts, [n, d], behind the prompt the model declares for their kind."""
        encode = self._model.encode_document if document else self._model.encode_query
        vectors = encode(
            texts,
            batch_size=_BATCH,
            convert_to_numpy=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def _identity(folder: Path) -> str:
    """What names a model: its folder in the Hugging Face cache, or what its config says."""
    config = folder / "config.json"
    known = json.loads(config.read_text("utf-8")) if config.is_file() else {}
    return f"{folder} {known.get('_name_or_path', '')}"
