"""The errors a user meets: each is a single line that says what to do, and has a type."""


class DocAgentError(Exception):
    """Shown on standard error as it stands, without a traceback; exit status 1.

    It stands here, and not in docagent, because retrieval is used without docagent too.
    """


class DocumentError(DocAgentError):
    """A document cannot be read: absent, damaged, empty, or of no kind that is known."""


class PasswordRequired(DocumentError):
    """A document is locked, and the password is missing or wrong."""


def first_line(error: BaseException) -> str:
    """What a library's error says in its first line, or its name where it says nothing."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
