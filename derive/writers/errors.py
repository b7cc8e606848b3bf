"""What can go wrong between a document and its page; every message says where and what to do."""

from __future__ import annotations

from derive.expression.errors import DeriveError


class WriterError(DeriveError, ValueError):
    """A document cannot be written as asked."""


class UnknownFormat(WriterError):
    """A format, or a format's option, that is not there; the message lists those that are."""


class TemplateError(WriterError):
    """A template cannot be used. The message begins with its place: ``file:line: what``."""
