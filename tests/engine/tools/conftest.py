"""Tools as a document agent offers them, and a tokenizer as Qwen2.5's."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.tools.walker import Walker

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# As in the tokenizer_config.json of Qwen2-Instruct.
CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

SEARCH: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "Find passages.",
        "parameters": {
            "type": "object",
            "properties": {
                "query": {"type": "string"},
                "pages": {"type": "array", "items": {"type": "integer"}},
                "top": {"type": "integer", "minimum": 1, "maximum": 20},
                "order": {"enum": ["page", "score"]},
                "exact": {"type": "boolean"},
            },
            "required": ["query"],
        },
    },
}
OPEN: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "open",
        "description": "Open a page.",
        "parameters": {
            "type": "object",
            "properties": {"page": {"type": "integer"}},
            "required": ["page"],
        },
    },
}
LIST: dict[str, Any] = {
    "type": "function",
    "function": {"name": "list_files", "description": "List the documents."},
}
TOOLS = [SEARCH, OPEN, LIST]


@pytest.fixture
def qwen25(tiny_tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """With both call marks as tokens that are not special."""
    from tokenizers import AddedToken

    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.chat_template = CHATML
    tokenizer.backend_tokenizer.add_tokens([AddedToken("</tool_call>", normalized=False)])
    return tokenizer


@pytest.fixture
def qwen2(tiny_tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """With Qwen2's template, on a tokenizer of its kind."""
    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.chat_template = CHATML
    return tokenizer


@pytest.fixture(scope="session")
def real(qwen_tokenizer: PreTrainedTokenizerFast) -> Walker:
    """Qwen's own vocabulary of 151,936."""
    added = qwen_tokenizer.get_added_vocab()
    eos = {added["<|endoftext|>"], added["<|im_end|>"]}
    return Walker(qwen_tokenizer, len(qwen_tokenizer), eos, walks=20)


@pytest.fixture(scope="session")
def tiny(tiny_tokenizer: PreTrainedTokenizerFast) -> Walker:
    """Byte-level BPE as Qwen2.5's, call marks as tokens of their own."""
    from tokenizers import AddedToken

    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.backend_tokenizer.add_tokens([AddedToken("</tool_call>", normalized=False)])
    added = tokenizer.get_added_vocab()
    eos = {added["<|endoftext|>"], added["<|im_end|>"]}
    return Walker(tokenizer, len(tokenizer), eos)


@pytest.fixture(params=["real", "tiny"])
def walker(request: pytest.FixtureRequest) -> Walker:
    chosen: Walker = request.getfixturevalue(request.param)
    return chosen
