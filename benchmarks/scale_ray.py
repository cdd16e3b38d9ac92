"""Kill what indexing on Ray consists of; the store must become the one of an undisturbed run.

Documents are cut from the shared articles, every one different, and lie in an S3 bucket (moto); so
does the store. Two Ray nodes are processes of this machine, with one worker each. While the second
run goes on, workers are killed at random (kill -9) ten times, the driver twice and the S3 server
once. A driver that was killed is begun again. The second run has nothing to do, the third
makes another store undisturbed.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psutil
import pyarrow as pa

from benchmarks import object_store
from benchmarks.harness import Table, arguments, tell, timed
from retrieval.store.lance import LanceStore

PORT = 5588
KILLS = ["worker"] * 10 + ["driver"] * 2 + ["S3 server"]


def documents(folder: Path, number: int, characters: int = 420) -> Iterator[str]:
    """Slices of the articles; a later round over them begins some words further on."""
    texts = [file.read_text("utf-8") for file in sorted(folder.glob("*.txt"))]
    made = 0
    for shift in count(0, 37):
        for text in texts:
            for start in range(shift, len(text) - characters, characters):
                yield f"Note {made}\n\n{text[start : start + characters]}\n"
                made += 1
                if made == number:
                    return


def fill(folder: Path, number: int) -> None:
    import boto3

    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="corpus")
    for at, text in enumerate(documents(folder, number)):
        s3.put_object(Bucket="corpus", Key=f"notes/{at % 100:02}/{at}.txt", Body=text.encode())
    for at in range(3):
        s3.put_object(Bucket="corpus", Key=f"notes/bad{at}.pdf", Body=b"%PDF-1.7 broken" * at)


@contextmanager
def cluster() -> Iterator[list[psutil.Process]]:
    """Two nodes; their processes."""
    folder = Path(tempfile.mkdtemp(prefix="ray-"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token"}
    os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    small = ["--num-cpus=1", f"--object-store-memory={300 << 20}"]
    head = ["--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={folder}"]
    address = f"127.0.0.1:{port}"
    try:
        for place in (head, [f"--address={address}"]):
            command = [sys.executable, "-m", "ray.scripts.scripts", "start", *place, *small]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        os.environ["RAY_ADDRESS"] = address
        yield [p for p in psutil.process_iter(["cmdline"]) if _is_node(p, str(folder))]
    finally:
        nodes = [p for p in psutil.process_iter(["cmdline"]) if _is_node(p, str(folder))]
        ended = [p for node in nodes if node.is_running() for p in (node, *node.children(True))]
        for process in ended:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _is_node(process: psutil.Process, folder: str) -> bool:
    return any(folder in word for word in process.info["cmdline"] or ())


def workers(nodes: list[psutil.Process]) -> list[psutil.Process]:
    """The workers that are at a task of the pipeline now."""
    found = {child for node in nodes if node.is_running() for child in node.children(True)}
    return [child for child in found if "ray::MapBatches" in " ".join(_command(child))]


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def driver(store: str) -> subprocess.Popen[str]:
    command = ["index", "s3://corpus/notes", "--store", f"lance:s3://corpus/{store}", "--on", "ray"]
    command = [sys.executable, "-m", "docagent", *command]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> str:
    """The last line a driver prints. Raises RuntimeError if it failed."""
    out, err = process.communicate()
    if process.returncode:
        raise RuntimeError(err)
    return out.strip().splitlines()[-1]


class Storm:
    """A run whose parts are killed one after the other."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._server = object_store.start(PORT, journal)

    @contextmanager
    def served(self) -> Iterator[None]:
        """The S3 server, until its end."""
        try:
            yield
        finally:
            self._server.kill()

    def run(self, nodes: list[psutil.Process], pause: float) -> str:
        """What the last driver says; a kill every `pause` seconds on average."""
        process = driver("disturbed")
        for what in random.Random(19).sample(KILLS, len(KILLS)):
            time.sleep(pause * random.uniform(0.5, 1.5))
            while not (at_work := workers(nodes)):
                if process.poll() is not None:
                    raise RuntimeError(f"it ended before a {what} was killed: {finished(process)}")
                time.sleep(0.2)
            tell(f"killing a {what}")
            if what == "worker":
                random.choice(at_work).kill()
            elif what == "driver":
                process.kill()
                process.wait()
                process = driver("disturbed")
            else:
                self._server.kill()
                self._server.wait()
                time.sleep(5)
                self._server = object_store.start(PORT, self._journal)
        return finished(process)


def content(store: str) -> list[pa.Table]:
    """All rows of a store's tables, in the order of their keys."""
    lance = LanceStore.open(f"lance:s3://corpus/{store}")
    tables = [(lance.documents, ["key"]), (lance.passages, ["document", "number"])]
    return [
        table.to_arrow().sort_by([(column, "ascending") for column in order])
        for table, order in tables
    ]


def main() -> None:
    options = arguments(
        __doc__, "folder", documents=10_000, pause=30, quick={"documents": 300, "pause": 5}
    )
    table = Table("run", "seconds", "killed", "what it said")
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        os.environ |= object_store.environment(PORT)
        storm = Storm(journal)
        with storm.served(), cluster() as nodes:
            fill(options.folder, options.documents)
            said, took = timed(lambda: storm.run(nodes, options.pause))
            table.add("disturbed", f"{took:.0f}", "10 workers, 2 drivers, the S3 server", said)
            said, took = timed(lambda: finished(driver("disturbed")))
            table.add("again", f"{took:.0f}", "", said)
            said, took = timed(lambda: finished(driver("undisturbed")))
            table.add("undisturbed", f"{took:.0f}", "", said)
            pairs = zip(content("undisturbed"), content("disturbed"), strict=True)
            same = [one.equals(other) for one, other in pairs]
    table.note(f"Rows of documents, of passages with their vectors byte for byte the same: {same}.")


if __name__ == "__main__":
    main()
