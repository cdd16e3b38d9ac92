"""The errors a user meets: each is a single line that says what to do, and has a type."""


class DocAgentError(Exception):
    """Shown on standard error as it stands, without a traceback; exit status 1.

    It is defined here, and not in docagent, because retrieval is used without docagent too.
    """


class DocumentError(DocAgentError):
    """A document cannot be read: absent, damaged, empty, or of an unknown format."""


class PasswordRequired(DocumentError):
    """A document is locked, and the password is missing or wrong."""


def first_line(error: BaseException) -> str:
    """The first line of a library's error message, or the error's name if it has none."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
