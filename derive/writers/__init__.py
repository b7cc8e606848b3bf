"""From a document to a page: one writer per format, and the printers of expressions.

Writers know blocks and nothing of rules or networks. Templates lay out; they do not decide.
"""

from derive.writers.errors import TemplateError, UnknownFormat, WriterError
from derive.writers.registry import FORMATS, write, write_files

__all__ = ["FORMATS", "TemplateError", "UnknownFormat", "WriterError", "write", "write_files"]
