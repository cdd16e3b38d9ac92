from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch

from docagent.engine.decoding.generate import prefill
from docagent.engine.decoding.prefix import MAX_OVERWRITTEN
from docagent.engine.decoding.prefix_cache import PrefixCache
from docagent.engine.decoding.prefix_store import PrefixStore
from docagent.engine.network.kv_cache import KVCache
from tests.engine.tiny import Twins, text, twins

PLENTY = 10**9


@pytest.fixture(scope="module")
def pair() -> Twins:
    return twins()


def read(
    pair: Twins, prefixes: PrefixCache, ids: list[int], factor: float = 1.0
) -> tuple[int, torch.Tensor]:
    """Tokens that were known, and the logits after the last."""
    past = prefixes.take(ids, lambda: pair.ours.new_cache(factor), room=len(ids))
    known = past.length
    logits = prefill(pair.ours, past, ids, 64)
    prefixes.put(ids, past)
    return known, logits


def fresh(pair: Twins, ids: list[int], factor: float = 1.0) -> torch.Tensor:
    return prefill(pair.ours, pair.ours.new_cache(factor), ids, 64)


def test_only_what_is_new_is_read(pair: Twins) -> None:
    prefixes = PrefixCache(PLENTY)
    ids = text(400)
    for end, known in ((100, 0), (200, 100), (400, 200), (400, 399), (150, 149), (300, 150)):
        result, logits = read(pair, prefixes, ids[:end])
        assert result == known
        torch.testing.assert_close(logits, fresh(pair, ids[:end]), atol=2e-4, rtol=1e-4)


def test_a_branch_keeps_both(pair: Twins) -> None:
    prefixes = PrefixCache(PLENTY)
    common = text(100)
    long = common + text(MAX_OVERWRITTEN + 200, 1)
    other = common + text(50, 2)
    read(pair, prefixes, long)
    assert read(pair, prefixes, other)[0] == 100
    assert read(pair, prefixes, long)[0] == len(long) - 1
    assert read(pair, prefixes, [*other, 5])[0] == len(other)
    assert len(prefixes) == 2


def test_keys_of_another_factor_are_never_continued(pair: Twins) -> None:
    prefixes = PrefixCache(PLENTY)
    ids = text(300)
    read(pair, prefixes, ids)
    known, logits = read(pair, prefixes, ids, 2.0)
    assert known == 0
    torch.testing.assert_close(logits, fresh(pair, ids, 2.0))
    assert read(pair, prefixes, ids)[0] == read(pair, prefixes, ids, 2.0)[0] == 299


def test_the_least_recently_used_give_way(pair: Twins) -> None:
    token = pair.ours.config.kv_bytes(4)
    prefixes = PrefixCache(850 * token)  # three times 200 tokens and their slack
    texts = [text(200, seed) for seed in range(4)]
    for ids in texts[:3]:
        read(pair, prefixes, ids)
    assert read(pair, prefixes, texts[0])[0] == 199
    read(pair, prefixes, texts[3])
    assert prefixes.nbytes <= prefixes.budget
    assert [read(pair, prefixes, texts[seed])[0] for seed in (2, 0, 3, 1)] == [199, 199, 199, 0]


def test_without_a_budget_nothing_is_kept(pair: Twins) -> None:
    prefixes = PrefixCache(0)
    ids = text(100)
    assert [read(pair, prefixes, ids)[0] for _ in range(2)] == [0, 0]
    assert len(prefixes) == prefixes.nbytes == 0


def test_an_entry_in_use_is_nobody_elses(pair: Twins) -> None:
    prefixes = PrefixCache(PLENTY)
    ids = text(100)
    read(pair, prefixes, ids)
    first = prefixes.take(ids, pair.ours.new_cache)
    second = prefixes.take(ids, pair.ours.new_cache)
    assert first.length == 99 and second.length == 0 and first is not second


def warm(pair: Twins, folder: Path, weights: str = "w", budget: int = PLENTY) -> PrefixCache:
    return PrefixCache(PLENTY, PrefixStore(folder, weights, budget))


def test_saved_keys_serve_the_next_process(pair: Twins, tmp_path: Path) -> None:
    document = text(1200)
    read(pair, warm(pair, tmp_path), document + text(20, 1))
    known, logits = read(pair, warm(pair, tmp_path), document + text(30, 2))
    assert known == 1200
    torch.testing.assert_close(logits, fresh(pair, document + text(30, 2)), atol=2e-4, rtol=1e-4)
    # The second question added an ending only: one file holds the document.
    assert len(list(tmp_path.iterdir())) == 1


def test_saved_keys_of_other_weights_or_factors_are_not_taken(pair: Twins, tmp_path: Path) -> None:
    ids = text(1200)
    read(pair, warm(pair, tmp_path), ids)
    assert read(pair, warm(pair, tmp_path, "other"), ids)[0] == 0
    assert read(pair, warm(pair, tmp_path), ids, 4.0)[0] == 0
    assert read(pair, warm(pair, tmp_path), ids)[0] == 1199


def test_a_damaged_file_is_read_past(pair: Twins, tmp_path: Path) -> None:
    ids = text(1200)
    read(pair, warm(pair, tmp_path), ids)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:5000])
    known, logits = read(pair, warm(pair, tmp_path), ids)
    assert known == 0
    torch.testing.assert_close(logits, fresh(pair, ids))
    assert read(pair, warm(pair, tmp_path), ids)[0] == 1199


def test_the_oldest_files_go_beyond_the_budget(pair: Twins, tmp_path: Path) -> None:
    one = 1100 * pair.ours.config.kv_bytes(4)
    for seed in range(4):
        read(pair, warm(pair, tmp_path, budget=2 * one + 100_000), text(1100, seed))
    assert len(list(tmp_path.iterdir())) == 2
    assert read(pair, warm(pair, tmp_path), text(1100, 3))[0] == 1099


def test_a_folder_that_cannot_be_written_is_a_warning(
    pair: Twins, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert read(pair, warm(pair, blocked / "inside"), text(1200))[0] == 0
    assert "cannot be saved" in caplog.text


def test_buffers_grow_in_place_and_crop_by_counting(pair: Twins) -> None:
    past: KVCache = pair.ours.new_cache()
    ids = text(200)
    past.reserve(300)
    prefill(pair.ours, past, ids, 64)
    place = past.stored(0).data_ptr()
    past.crop(150)
    prefill(pair.ours, past, ids, 64)
    assert past.stored(0).data_ptr() == place and past.length == 200
    with pytest.raises(ValueError, match="cannot crop 200 tokens to 300"):
        past.crop(300)


def test_an_entry_that_ends_while_the_cache_is_in_use_is_added_later(pair: Twins) -> None:
    """As where the garbage collector ends an answer in the thread that looks something up."""
    cache = PrefixCache(PLENTY)
    past = pair.ours.new_cache()
    prefill(pair.ours, past, text(100), 64)
    with cache._lock:
        putting = threading.Thread(target=cache.put, args=(text(100), past), daemon=True)
        putting.start()
        putting.join(10)
        assert not putting.is_alive()
    assert cache.match([*text(100), 1], past.method) == 100
