"""`/v1/models` and `/v1/embeddings`."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Request
from pydantic import Field

from docagent.serve.completion import DOCUMENTS
from docagent.serve.errors import ApiError
from docagent.serve.http import Served, finished
from docagent.serve.messages import _Lenient
from docagent.serve.service import Service
from docagent.serve.work import Emit

router = APIRouter(tags=["OpenAI"])


class EmbeddingRequest(_Lenient):
    """Texts to embed; tokens of another model's tokenizer mean nothing here."""

    model: Annotated[str, Field(max_length=300)] = ""
    input: str | list[Any]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None

    @property
    def texts(self) -> list[str]:
        """The texts. Raises ApiError for anything else."""
        given = [self.input] if isinstance(self.input, str) else self.input
        texts = [text for text in given if isinstance(text, str)]
        if len(texts) < len(given) or not all(text.strip() for text in texts) or not texts:
            raise ApiError(
                400,
                "Send texts that are not empty (LangChain: check_embedding_ctx_length=False).",
                param="input",
            )
        return texts


@router.get("/v1/models")
async def models(service: Served) -> dict[str, Any]:
    """The models there are: the language model, and `docagent`, which answers on the documents."""
    names = [DOCUMENTS] if service.agent.settings.model == "none" else [service.model_id, DOCUMENTS]
    return {"object": "list", "data": [_model(name, service) for name in names]}


@router.get("/v1/models/{name:path}")
async def model(name: str, service: Served) -> dict[str, Any]:
    """One of them."""
    if name not in (DOCUMENTS, service.model_id):
        raise ApiError(404, "There is no model of this name.", "model_not_found", "model")
    return _model(name, service)


@router.post("/v1/embeddings")
async def embeddings(wanted: EmbeddingRequest, request: Request, service: Served) -> dict[str, Any]:
    """Unit vectors of texts by the embedding model; a text is read as far as the model reads."""
    texts, encoder = wanted.texts, service.library.encoder
    if len(texts) > service.limits.texts:
        raise ApiError(400, f"Send at most {service.limits.texts} texts at once.", param="input")

    def work(emit: Emit) -> tuple[Any, int]:
        vectors: dict[int, Any] = {}
        for numbers, rows in encoder.encode(texts):
            emit(None)
            vectors.update(zip(numbers, rows, strict=True))
        matrix = np.stack([vectors[number] for number in range(len(texts))])
        return matrix.astype("<f4"), sum(min(n, encoder.limit) for n in encoder.count(texts))

    matrix, tokens = await finished(request, service.quick, work)
    if wanted.dimensions not in (None, matrix.shape[1]):
        raise ApiError(400, f"The vectors have {matrix.shape[1]} dimensions.", param="dimensions")
    data = [
        {"object": "embedding", "index": number, "embedding": _coded(row, wanted.encoding_format)}
        for number, row in enumerate(matrix)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": encoder.name, "usage": usage}


def _coded(row: Any, form: str) -> str | list[float]:
    values: list[float] = row.tolist()
    return base64.b64encode(row.tobytes()).decode() if form == "base64" else values


def _model(name: str, service: Service) -> dict[str, Any]:
    created = int(service.begun)
    return {"id": name, "object": "model", "created": created, "owned_by": "docagent"}
