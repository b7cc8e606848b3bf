"""The report of a training: how it was done, its tables, its curves, and what they show."""

from derive.document.training.account import account
from derive.document.training.report import LINEAR, LOG, pictures, report, training_blocks

__all__ = ["LINEAR", "LOG", "account", "pictures", "report", "training_blocks"]
