"""Processes that are killed, interrupted, run at once, or out of disk."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.store.cache import Cache
from retrieval.store.verify import verify
from tests.conftest import TOWN
from tests.process import docagent, one_line, start

QUERY = "Who rebuilt the ice house?"
DYING = """
import os, pathlib, signal, sys, numpy
import retrieval.store.documents, retrieval.embed.encoder
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
{}
from docagent.cli import main
main()
"""
STAGES = {  # each goes further than the one before
    "while reading": "retrieval.store.documents.chunks = die",
    "while writing the document": (
        "write = pathlib.Path.write_text\n"
        "pathlib.Path.write_text = lambda *a: (write(a[0], a[1][:50], 'utf-8'), die())"
    ),
    "before the document is in its place": "pathlib.Path.rename = die",
    "while embedding": "retrieval.embed.encoder.Encoder.encode = die",
    "while writing the vectors": (
        "write = pathlib.Path.write_bytes\n"
        "def half(path, data):\n"
        "    write(path, data[: len(data) // 2])\n"
        "    if path.suffix == '.f16': die()\n"
        "pathlib.Path.write_bytes = half"
    ),
}


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A document that takes a few seconds to embed."""
    file = tmp_path / "register.txt"
    lines = (
        f"The boat with the number {n} carried {n * 7} barrels of oil to the harbour, and the men "
        f"of watch {n % 9} complained of the cold, of the ropes and of the state of the stairs."
        for n in range(300)
    )
    file.write_text("\n\n".join([*lines, TOWN]), encoding="utf-8")
    return file


def whole(cache: Path) -> bool:
    """Whatever stands in the cache is finished and undamaged."""
    store = Cache(cache)
    return not list(verify(store))


def assert_answers(register: Path, cache: Path) -> None:
    done = docagent("search", register, QUERY, "--json", cache=cache)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "Ulla Brandt" in json.loads(done.stdout)["passages"][0]["text"]
    assert whole(cache)


def test_killed_at_every_stage(register: Path, cache: Path) -> None:
    for stage, code in STAGES.items():
        killed = docagent("index", register, cache=cache, code=DYING.format(code))
        assert killed.returncode == -signal.SIGKILL, (stage, killed.stderr)
        assert whole(cache), stage
    assert_answers(register, cache)


def test_interrupted_while_embedding(register: Path, cache: Path) -> None:
    process = start("index", register, cache=cache)
    deadline = time.monotonic() + 120
    while not list(cache.glob("*/documents/[!.]*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    documents = [path.name for path in cache.glob("*/documents/[!.]*")]
    assert_answers(register, cache)
    assert [path.name for path in cache.glob("*/documents/[!.]*")] == documents
    assert "interrupted" in one_line(err)


def test_two_at_once(register: Path, cache: Path) -> None:
    processes = [start("search", register, QUERY, "--json", cache=cache) for _ in range(2)]
    outputs = [process.communicate(timeout=240) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert outputs[0][0] == outputs[1][0]
    assert "Traceback" not in outputs[0][1] + outputs[1][1]
    assert len(list(cache.glob("*/documents/[!.]*"))) == 1
    assert_answers(register, cache)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if sys.platform != "linux" or not mount or not umount or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a file system")
    command = [mount, "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    yield place
    subprocess.run([umount, "-l", str(place)], check=False)


def test_a_full_disk(register: Path, small_disk: Path) -> None:
    """The answer comes all the same, and says why it is not kept."""
    ballast = small_disk / "ballast"
    cache = small_disk / "cache"
    for free in (60, 200):
        ballast.write_bytes(b"x" * (400 - free) * 1000)
        done = docagent("search", register, QUERY, "--json", cache=cache)
        assert done.returncode == 0, done.stderr
        assert "Ulla Brandt" in json.loads(done.stdout)["passages"][0]["text"]
        assert "cannot be written" in one_line(done.stderr)
        assert whole(cache)
        ballast.unlink()
    again = docagent("search", register, QUERY, "--json", cache=cache)
    assert again.returncode == 0, again.stderr
    assert again.stdout == done.stdout


def test_a_read_only_cache(town: Path, small_disk: Path) -> None:
    """Documents and vectors are read from it; tantivy, which opens nothing without a lock file,
    makes the word index in memory."""
    cache = small_disk / "cache"
    expected = docagent("search", town, QUERY, "--json", cache=cache)
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    if subprocess.run(remount, capture_output=True, check=False).returncode:
        pytest.skip("remounting is not permitted here")
    done = docagent("search", town, QUERY, "--json", cache=cache)
    assert (done.returncode, done.stdout) == (0, expected.stdout), done.stderr
    assert "cannot be written" in one_line(done.stderr)
    other = town.with_name("other.txt")
    other.write_text(town.read_text("utf-8"), "utf-8")
    done = docagent("search", other, QUERY, "--json", cache=cache)
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in one_line(done.stderr)


def test_help_is_quick_and_loads_no_torch() -> None:
    code = (
        "import os, sys, time\n"
        "from docagent.cli import run\n"
        "status = run(['--help'])\n"
        "loaded = {'torch', 'transformers', 'numpy', 'faiss', 'rich'} & set(sys.modules)\n"
        "times = os.times()\n"
        "print(status, sorted(loaded), times.user + times.system, file=sys.stderr)\n"
    )
    done = docagent(code=code)
    status, loaded, seconds = done.stderr.rsplit(maxsplit=2)
    assert (status, loaded) == ("0", "[]")
    assert float(seconds) < 0.5
    assert all(verb in done.stdout for verb in ("ask", "search", "index", "models", "doctor"))


def test_a_reader_that_goes_away_is_no_error(town: Path) -> None:
    process = start("search", town, "harbour")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    assert process.wait(timeout=120) == 0
    assert err == ""
