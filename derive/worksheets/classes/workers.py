"""Processes that make the pages of a class, and end when the one that started them is gone."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, get_all_start_methods, get_context, parent_process
from threading import Thread


def workers() -> ProcessPoolExecutor:
    """As many processes as there are cores. None outlives its parent, also where that was killed
    and could not tell them to stop. None is a fork of this process, whose threads (those of JAX,
    of a notebook) could have held a lock at that moment: the child would wait for it for ever."""
    way = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    return ProcessPoolExecutor(mp_context=get_context(way), initializer=end_with_parent)


def end_with_parent() -> None:
    """From now on this process ends as soon as its parent has: a thread waits for that alone."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_wait, args=(parent.sentinel,), daemon=True).start()


def _wait(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)  # nobody is left to whom a result could go
