"""A checkpoint's tokenizer and chat template, without the half second that transformers takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

from tokenizers import Tokenizer

if TYPE_CHECKING:
    from jinja2 import Template
    from transformers import PreTrainedTokenizerFast

    AnyTokenizer: TypeAlias = "PreTrainedTokenizerFast | ModelTokenizer"

CHATML = (
    "{% if messages[0]['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    "{% endif %}"
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Qwen2-Instruct's conversation format, for a tokenizer that came without its template."""


class ModelTokenizer:
    """What the engine needs of a tokenizer, named as in transformers."""

    def __init__(
        self, backend_tokenizer: Tokenizer, settings: Mapping[str, Any], chat_template: str = ""
    ) -> None:
        """`settings` are those of a tokenizer_config.json."""
        self.backend_tokenizer = backend_tokenizer
        self._config = settings
        self.chat_template = chat_template or CHATML

    @classmethod
    def of_folder(cls, folder: Path) -> ModelTokenizer:
        """From a checkpoint's files; OSError or ValueError where they are missing or damaged."""
        settings = _object(folder / "tokenizer_config.json")
        file = folder / "tokenizer.json"
        if file.is_file():
            backend = _read(file)
        else:
            # vocab.json and merges.txt alone: transformers knows how to join them. Not where
            # tokenizer.json is there: for the model type qwen2 it puts Qwen2's pre-tokenizer and
            # normaliser in place of the file's, which may be those of a fine-tuned model.
            from transformers import AutoTokenizer

            reader: Any = AutoTokenizer
            backend = reader.from_pretrained(folder, local_files_only=True).backend_tokenizer
        return cls(backend, settings, _template(folder, settings))

    @cached_property
    def transformers(self) -> PreTrainedTokenizerFast:
        """The same as a transformers tokenizer."""
        from transformers import PreTrainedTokenizerFast

        build: Any = PreTrainedTokenizerFast
        roles = ("bos_token", "eos_token", "pad_token")
        tokens = {role: token for role in roles if (token := self._token(role))}
        tokenizer: PreTrainedTokenizerFast = build(
            tokenizer_object=self.backend_tokenizer,
            chat_template=self.chat_template,
            clean_up_tokenization_spaces=False,
            **tokens,
        )
        return tokenizer

    def __len__(self) -> int:
        """Entries of the vocabulary, added tokens included."""
        return int(self.backend_tokenizer.get_vocab_size())

    @property
    def eos_token_id(self) -> int | None:
        """The token that the tokenizer's settings name as the end."""
        token = self._token("eos_token")
        number: int | None = self.backend_tokenizer.token_to_id(token) if token else None
        return number

    def decode(
        self,
        ids: Sequence[int],
        skip_special_tokens: bool = True,
        clean_up_tokenization_spaces: Literal[False] = False,
    ) -> str:
        """The text of token ids, to the letter."""
        text: str = self.backend_tokenizer.decode(
            list(ids), skip_special_tokens=skip_special_tokens
        )
        return text

    def apply_chat_template(
        self,
        messages: Sequence[Mapping[str, str]],
        add_generation_prompt: bool,
        tokenize: Literal[False] = False,
    ) -> str:
        """A conversation as the model was trained to read it. Raises jinja2's TemplateError."""
        return self._compiled.render(
            messages=list(messages),
            add_generation_prompt=add_generation_prompt,
            bos_token=self._token("bos_token"),
            eos_token=self._token("eos_token"),
            pad_token=self._token("pad_token"),
        )

    @cached_property
    def _compiled(self) -> Template:
        import jinja2
        from jinja2.ext import loopcontrols
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        # Templates come with models, which are other people's: as in transformers, they run in a
        # sandbox and cannot change what they are given.
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
        )

        def refuse(message: str) -> NoReturn:
            raise jinja2.TemplateError(message)

        environment.filters["tojson"] = lambda value, **options: json.dumps(
            value, **{"ensure_ascii": False, **options}
        )
        environment.globals["raise_exception"] = refuse
        environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
        return environment.from_string(self.chat_template)

    def _token(self, kind: str) -> str:
        setting = self._config.get(kind) or ""
        return str(setting["content"]) if isinstance(setting, dict) else str(setting)


def _read(file: Path) -> Tokenizer:
    try:
        return Tokenizer.from_str(file.read_text("utf-8"))
    except Exception as error:
        # The library raises nothing more specific for a damaged file.
        raise ValueError(f"{file.name}: {error}") from error


def _object(path: Path) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return settings


def _template(folder: Path, settings: Mapping[str, Any]) -> str:
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text("utf-8")
    setting = settings.get("chat_template") or ""
    if isinstance(setting, list):
        named = {entry["name"]: str(entry["template"]) for entry in setting}
        return named.get("default", "")
    return str(setting)
