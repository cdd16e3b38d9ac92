"""LlamaIndex with its defaults: SimpleDirectoryReader, sentence splitter 1024/200, vector index."""

from __future__ import annotations

from pathlib import Path

from benchmarks.rivals.system import DEPTH, Hit, Index, Search


def load(model: Path, scratch: Path) -> Index:
    """Nothing is written to `scratch`: the index lives in memory."""
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.readers.file import PDFReader  # noqa: F401 - the directory reader wants it

    embedding = HuggingFaceEmbedding(model_name=str(model))
    embedding.get_query_embedding("Are the weights loaded?")
    splitter = SentenceSplitter(chunk_size=1024, chunk_overlap=200)

    def index(pdf: Path) -> Search:
        documents = SimpleDirectoryReader(input_files=[pdf]).load_data()
        # "page_label" is the printed number where the PDF has one; one document is one page.
        pages = {document.doc_id: page for page, document in enumerate(documents, 1)}
        store = VectorStoreIndex.from_documents(
            documents, transformations=[splitter], embed_model=embedding
        )
        retriever = store.as_retriever(similarity_top_k=DEPTH)

        def search(question: str) -> list[Hit]:
            found = retriever.retrieve(question)
            return [(pages[hit.node.ref_doc_id], hit.node.get_content()) for hit in found]

        return search

    return index
