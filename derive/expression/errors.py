"""What everything that derive refuses has in common."""

from __future__ import annotations


class DeriveError(Exception):
    """What was given is wrong, or a check failed: the message says what, and what to do.

    Every error of derive that is not a fault of derive itself is one of these; str() tells it as
    the command line does.
    """
