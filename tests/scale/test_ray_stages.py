"""What workers do to a file, without Ray: listed, fetched, read, embedded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.corpus import Corpus
from retrieval.embed.encoder import Encoder
from retrieval.errors import DocAgentError, DocumentError
from retrieval.scale import sources as listing
from retrieval.scale.sources import UnreachableError, below, fetch, sources
from retrieval.scale.stages import Reading, Way, embed, read_source
from retrieval.store import vectors
from retrieval.store.cache import Cache

pytest.importorskip("pyarrow")
NOTES = {
    "a.txt": "Ulla Brandt rebuilt the ice house.",
    "sub/b.md": "# Nets\n\nThey dry in October.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    for name, text in {**NOTES, ".hidden/c.txt": "no", ".d.txt": "no", "e.xyz": "no"}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket with the notes, behind the S3 protocol."""
    boto3, server = pytest.importorskip("boto3"), pytest.importorskip("moto.server")
    served = server.ThreadedMotoServer(port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="corpus")
        for name, text in NOTES.items():
            s3.put_object(Bucket="corpus", Key=f"notes/{name}", Body=text.encode())
        yield "s3://corpus/notes"
    served.stop()


def test_a_folder_is_listed_as_docagent_reads_it(folder: Path) -> None:
    found = sources([str(folder), str(folder / "a.txt")])
    assert [Path(source.uri) for source in found] == [folder / name for name in NOTES]
    assert found[0].size == len(NOTES["a.txt"])
    assert found[0].modified == (folder / "a.txt").stat().st_mtime_ns


def test_a_bucket_is_listed_and_its_files_come_under_their_names(
    bucket: str, tmp_path: Path
) -> None:
    found = sources([bucket + "/"])
    assert [source.uri for source in found] == [f"{bucket}/{name}" for name in NOTES]
    assert [source.size for source in found] == [len(text) for text in NOTES.values()]
    assert fetch(found[0].uri, tmp_path) == tmp_path / "a.txt"
    assert (tmp_path / "a.txt").read_text("utf-8") == NOTES["a.txt"]


@pytest.mark.parametrize("name", ["s3://corpus/nothing", "s3://nowhere/notes", "s9://a/b"])
def test_what_cannot_be_listed_is_an_error_of_one_line(bucket: str, name: str) -> None:
    with pytest.raises(DocumentError, match=name) as raised:
        sources([name])
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_readable_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("?", "utf-8")
    with pytest.raises(DocumentError, match="holds no file docagent reads"):
        sources([str(tmp_path)])


def test_a_store_that_is_away_is_asked_again(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(listing, "WAITS", (1,))
    with pytest.raises(UnreachableError, match="Cannot fetch s3://corpus/notes/a"):
        fetch(f"{bucket}/a.txt", tmp_path)
    assert waited == [1]
    monkeypatch.setattr(listing, "WAITS", ())
    reading = read_source(f"{bucket}/a.txt", "", Way())
    assert reading.again
    assert reading.document is None


def test_a_file_is_read_as_on_one_machine(bucket: str, folder: Path, cache: Path) -> None:
    remote = read_source(f"{bucket}/sub/b.md", "", Way())
    local = Corpus.open(folder / "sub" / "b.md", cache=cache)
    assert remote.document is not None
    assert remote.document.document == local.document("b.md")
    assert remote.document.source == f"{bucket}/sub/b.md"
    [embedded] = embed([remote], Way(), together=False)
    rows = embedded.rows
    assert rows is not None
    assert rows.keys == [remote.key]
    kept = vectors.load(Cache(cache), remote.key, len(local))
    assert rows.passages["vector"].to_pylist() == (kept.tolist() if kept is not None else None)


def test_known_content_is_not_read(folder: Path) -> None:
    first = read_source(str(folder / "a.txt"), "", Way())
    again = read_source(str(folder / "a.txt"), first.key, Way())
    assert again == Reading(again.uri, first.key)


def test_a_bad_file_is_a_reason_that_names_its_address(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    body = b"%PDF-1.7 broken"
    boto3.client("s3").put_object(Bucket="corpus", Key="bad/bad.pdf", Body=body)
    reading = read_source("s3://corpus/bad/bad.pdf", "", Way())
    assert "s3://corpus/bad/bad.pdf" in reading.error
    assert "docagent-" not in reading.error
    assert not reading.again
    assert list(embed([reading], Way(), together=False)) == [reading]


def test_together_the_same_vectors_up_to_rounding(folder: Path) -> None:
    readings = [read_source(str(folder / name), "", Way()) for name in NOTES]
    alone, together = (list(embed(readings, Way(), way)) for way in (False, True))
    for one, other in zip(alone, together, strict=True):
        assert one.rows and other.rows
        first, second = one.rows.passages["vector"], other.rows.passages["vector"]
        pair = np.array(first.to_pylist()), np.array(second.to_pylist())
        assert np.allclose(pair[0], pair[1], atol=1e-3)


def test_below_is_by_whole_names() -> None:
    assert below("s3://b/a/x.txt", "s3://b/a")
    assert below("s3://b/a", "s3://b/a")
    assert not below("s3://b/ab/x.txt", "s3://b/a")


def test_errors_are_docagents(tmp_path: Path) -> None:
    assert issubclass(UnreachableError, DocAgentError)
    with pytest.raises(DocumentError, match="no longer there"):
        fetch(f"file://{tmp_path}/gone.txt", tmp_path)


def test_a_document_that_cannot_be_embedded_costs_a_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no vectors\ntoday")

    monkeypatch.setattr(Encoder, "encode", broken)
    reading = read_source(str(folder / "a.txt"), "", Way())
    [failed] = embed([reading], Way(), together=False)
    assert failed.error == f"{folder / 'a.txt'}: ValueError: no vectors"
    assert failed.again
