"""Answers of a schema, as LangChain's structured output."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.messages import AIMessage
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_core.utils.pydantic import is_basemodel_subclass

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel, LanguageModelInput

Method = Literal["json_schema", "function_calling", "json_mode"]


def bind(
    model: BaseChatModel,
    schema: dict[str, Any] | type,
    *,
    include_raw: bool,
    method: Method,
    **kwargs: Any,
) -> Runnable[LanguageModelInput, Any]:
    """The model bound to a schema, and the parser of its answers."""
    tool = convert_to_openai_tool(schema)
    tracing: dict[str, Any] = {
        "ls_structured_output_format": {"kwargs": {"method": method}, "schema": tool}
    }
    function = tool["function"]
    raw: Runnable[LanguageModelInput, AIMessage]
    if method == "function_calling":
        raw = model.bind_tools([tool], tool_choice=function["name"], **tracing, **kwargs)
    else:
        form = {"name": function["name"], "schema": function["parameters"]}
        response_format = {"type": "json_schema", "json_schema": form}
        raw = model.bind(response_format=response_format, **tracing, **kwargs)
    parser: Any = JsonOutputParser()
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        parser = PydanticOutputParser(pydantic_object=schema)
    parse: Runnable[AIMessage, Any] = RunnableLambda(_json_content) | parser
    if not include_raw:
        return raw | parse
    assign = RunnablePassthrough.assign(
        parsed=itemgetter("raw") | parse, parsing_error=lambda _: None
    )
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=raw) | assign.with_fallbacks([failed], exception_key="parsing_error")


def _json_content(message: AIMessage) -> AIMessage:
    """An answer whose content is the JSON, where it came as a call's arguments."""
    if not message.tool_calls:
        return message
    arguments = message.tool_calls[0]["args"]
    return AIMessage(content=json.dumps(arguments, ensure_ascii=False))
