"""All errors a user meets, by what can be done about them; `DocAgentError` is every one of them."""

from retrieval.errors import DocAgentError, DocumentError, PasswordRequired, first_line

__all__ = [
    "ContextTooLong",
    "DocAgentError",
    "DocumentError",
    "ModelUnavailable",
    "PasswordRequired",
    "ServerError",
    "first_line",
]


class ModelUnavailable(DocAgentError):
    """The language model or embedding model cannot be had: not there, damaged, or too large."""


class ContextTooLong(DocAgentError):
    """A text does not fit into the model's context window or the memory there is for it."""


class ServerError(DocAgentError):
    """A model's server cannot be reached, refuses, or answers nonsense.

    `status` is the HTTP status, None where there was no reply; `refuses_tools` says that the server
    refused the tools of the request rather than the question.
    """

    def __init__(
        self, message: str, status: int | None = None, *, refuses_tools: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.refuses_tools = refuses_tools
