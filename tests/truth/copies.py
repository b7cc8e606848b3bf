"""Networks sent to another process, or saved: the same network, the same code and values."""

from __future__ import annotations

import math
import pickle
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from io import StringIO
from multiprocessing import get_context
from typing import Any

from random_networks import network

import derive
from derive.network.description import Network
from tests.truth.figure import Figure

COUNT = 2_000
_CHUNK = 50
FAR = 800.0  # an input that no e^x survives


def figures() -> Iterator[Figure]:
    missed = differences(range(COUNT))
    yield Figure(
        f"{COUNT:,} random networks unpickled in another process: different", len(missed), 0,
        misses=tuple(missed),
    )  # fmt: skip
    missed = [f"seed {seed}" for seed in range(COUNT) if not is_read_back(network(seed))]
    yield Figure(
        f"{COUNT:,} random networks saved as files and loaded: different", len(missed), 0,
        misses=tuple(missed),
    )  # fmt: skip


def is_read_back(one: Network) -> bool:
    """Whether the file that a network is saved as makes the same network."""
    return derive.load(StringIO(one.text())) == one


def differences(seeds: Sequence[int]) -> list[str]:
    """A line for each network that is another one after it was sent to another process."""
    missed: list[str] = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        parts = [seeds[start : start + _CHUNK] for start in range(0, len(seeds), _CHUNK)]
        sent = [[network(seed) for seed in part] for part in parts]
        for part, networks, there in zip(
            parts, sent, pool.map(arrived, map(pickle.dumps, sent), parts), strict=True
        ):
            for seed, one, (same, theirs) in zip(part, networks, there, strict=True):
                if not same:
                    missed.append(f"seed {seed}: not equal to the same network made there")
                elif compiled(one) != theirs:
                    missed.append(f"seed {seed}: other code or other values")
    return missed


def arrived(pickled: bytes, seeds: Sequence[int]) -> list[tuple[bool, Any]]:
    """In the other process: is each the network made here, and what is compiled from it?"""
    networks: list[Network] = pickle.loads(pickled)
    made = map(network, seeds)
    return [
        (one == other and hash(one) == hash(other), compiled(one))
        for one, other in zip(networks, made, strict=True)
    ]


def compiled(one: Network) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """The generated code of both back ends, and losses and gradients near and far, to the bit."""
    functions = [derive.compile(one, backend) for backend in ("python", "numpy")]
    sources = tuple(
        code.source(name, remarks=True)
        for f in functions[:1]
        for code in (f._scalars.code, f._layers.code)
        for name in ("loss_and_gradient", "forward", "input_gradient")
    )
    theta = [math.sin(k + 1) for k in range(len(functions[0].names))]
    goals = [[1.0] + [0.0] * (one.sizes[-1] - 1)]
    if one.loss.name == "hinge":
        goals = [[1.0] + [-1.0] * (one.sizes[-1] - 1)]
    fixed = {
        block.key: block.shaped([0.5] * block.size)
        for block in functions[0]._own.blocks if block.frozen
    }  # fmt: skip
    values: list[bytes] = []
    for f in functions:
        parameters = {**f.unpack(theta), **fixed}
        for x in (0.5, FAR, -FAR):
            loss, gradients = f([[x] * one.sizes[0]], goals, parameters)
            flat = [loss, *(float(v) for v in f.pack(gradients))]
            values.append(struct.pack(f"{len(flat)}d", *flat))
    return sources, tuple(values)
