from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from docagent.engine.network.network import Network
from docagent.engine.network.weights import linear
from tests.engine.tiny import Twins, moe_twins, text, twins


def read(network: Network, ids: list[int], sizes: list[int], factor: float = 1.0) -> torch.Tensor:
    """Logits after every token, read in parts of these sizes."""
    past = network.new_cache(factor)
    parts = torch.split(torch.tensor([ids]), sizes, 1)
    return torch.cat([network.forward(part, past, part.shape[1])[0] for part in parts])


@pytest.mark.parametrize("build", [twins, moe_twins, lambda: twins(tie_word_embeddings=True)])
def test_logits_are_those_of_transformers(build: Callable[[], Twins]) -> None:
    pair = build()
    ids = text(200)
    result = read(pair.ours, ids, [90, 1, 1, 8, 64, 36])
    torch.testing.assert_close(result, pair.logits(pair.theirs, ids), atol=2e-4, rtol=1e-4)


@pytest.mark.parametrize("factor", [1.0, 2.0, 4.0])
def test_yarn_is_chosen_when_reading_without_a_reload(factor: float) -> None:
    pair = twins()
    ids = text(300)
    result = read(pair.ours, ids, [128, 128, 44], factor)
    expected = pair.logits(pair.stretched(factor), ids)
    torch.testing.assert_close(result, expected, atol=2e-4, rtol=1e-4)
    # And back again: nothing of it stays in the network.
    torch.testing.assert_close(read(pair.ours, ids[:50], [50]), read(twins().ours, ids[:50], [50]))


def test_switched_is_to_the_bit_what_is_loaded_that_way() -> None:
    """A network whose checkpoint declares factor 4 gives the same bits as one switched to it."""
    pair, declared = twins(), twins(factor=4.0)
    ids = text(300)
    assert torch.equal(read(pair.ours, ids, [300], 4.0), read(declared.ours, ids, [300], 4.0))


def test_one_token_in_bfloat16_takes_the_same_product() -> None:
    weight = torch.randn(64, 32).bfloat16()
    product = linear([weight], torch.randn(64).bfloat16())
    x = torch.randn(3, 32).bfloat16()
    apart = torch.stack([product(row[None, None])[0, 0] for row in x])
    torch.testing.assert_close(apart, product(x), atol=0.1, rtol=0.02)


def test_a_buffer_that_could_not_grow_at_first_grows_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = twins().ours
    past = network.new_cache()
    network.forward(torch.tensor([text(40)]), past)
    empty, calls = torch.empty, []

    def short(*args: object, **kwargs: object) -> torch.Tensor:
        calls.append(args)
        if len(calls) == 2:
            raise torch.OutOfMemoryError("no")
        return empty(*args, **kwargs)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(torch, "empty", short)
    with pytest.raises(torch.OutOfMemoryError):
        past.reserve(500)
    monkeypatch.undo()
    after = network.forward(torch.tensor([text(300, 1)]), past)
    whole = network.new_cache()
    expected = network.forward(torch.tensor([text(40) + text(300, 1)]), whole)
    torch.testing.assert_close(after, expected, atol=2e-4, rtol=1e-4)
