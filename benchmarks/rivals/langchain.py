"""LangChain as its tutorials do it: PyPDFLoader, recursive splitter 1000/200, FAISS."""

from __future__ import annotations

from pathlib import Path

from benchmarks.rivals.system import DEPTH, Hit, Index, Search


def load(model: Path, scratch: Path) -> Index:
    """Nothing is written to `scratch`: the index lives in memory."""
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=str(model))
    embeddings.embed_query("Are the weights loaded?")

    def index(pdf: Path) -> Search:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        store = FAISS.from_documents(
            splitter.split_documents(PyPDFLoader(str(pdf)).load()), embeddings
        )

        def search(question: str) -> list[Hit]:
            found = store.similarity_search(question, k=DEPTH)
            return [(piece.metadata["page"] + 1, piece.page_content) for piece in found]

        return search

    return index
