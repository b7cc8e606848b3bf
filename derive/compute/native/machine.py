"""From LLVM's language to machine code of this process, by llvmlite."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from typing import Any

from derive.compute.native.cache import kept


@cache
def llvm() -> Any:
    """llvmlite's binding, ready to compile for this processor. Raises ImportError."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


@cache
def target() -> Any:
    """The processor that this process runs on."""
    name, features = _processor()
    of = llvm().Target.from_default_triple()
    return of.create_target_machine(cpu=name, features=features, opt=1)


def object_code(source: str) -> bytes:
    """Machine code of a module, made now or before (``cache``)."""
    return kept(source, _machine(), _compiled)


def described_code(
    description: str, write: Callable[[], tuple[Sequence[str], int]]
) -> tuple[bytes, int]:
    """Machine code, and how many doubles it needs to work in, by what says all about it.

    The module is written, its lines and that number, only where there is no code of before; a
    description is that of before as long as no file has changed that has a part in the writing.
    """

    def make(_: str) -> bytes:
        lines, room = write()
        return room.to_bytes(8, "little") + _compiled("\n".join(lines))

    whole = kept(f"{_writers()} {description}", _machine(), make)
    return whole[8:], int.from_bytes(whole[:8], "little")


def _machine() -> str:
    """What code is for: a processor, and what it is made by."""
    from llvmlite import __version__

    return f"{__version__} {llvm().llvm_version_info} {target().triple} {_processor()}"


@cache
def _writers() -> str:
    """Which state the files are in that have a part in the writing of a module."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    states = []
    for room in ("algebra", "compute", "expression", "graph", "network"):
        for folder, _, names in os.walk(
            os.path.join(package, room)
        ):  # pathlib takes ten times that
            paths = [os.path.join(folder, name) for name in names if name.endswith(".py")]
            states += [(path, s.st_size, s.st_mtime_ns) for path in paths for s in (os.stat(path),)]
    return sha256(repr(sorted(states)).encode()).hexdigest()


@cache
def _processor() -> tuple[str, str]:
    """Its name, and what it can do beyond the least of its kind."""
    binding = llvm()
    return binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()


@cache
def has_wide_registers() -> bool:
    """Whether a register holds eight doubles, and there are 32 of them; else two or four do, and
    there are sixteen."""
    return bool(llvm().get_host_cpu_features().get("avx512f"))


def _compiled(source: str) -> bytes:
    binding = llvm()
    module = binding.parse_assembly(source)
    module.verify()
    # What is written here leaves nothing to be found: other passes cost ten times the time to
    # compile, and gain nothing that could be measured. This one puts our functions in their places.
    options = binding.create_pipeline_tuning_options(speed_level=0)
    builder = binding.create_pass_builder(target(), options)
    builder.getModulePassManager().run(module, builder)
    code: bytes = target().emit_object(module)
    return code


def aligned(size: int) -> Any:
    """An array of so many doubles that begins at a multiple of 64 bytes, as vectors want it."""
    memory = import_module("numpy").empty(size + 8)
    first = -memory.ctypes.data // 8 % 8
    return memory[first : first + size]


class Linked:
    """Machine code in memory, for as long as this object lives."""

    def __init__(self, code: bytes, functions: Iterable[str]) -> None:
        binding = llvm()
        self._jit = binding.create_lljit_compiler(target())
        library = binding.JITLibraryBuilder().add_object_img(code).add_current_process()
        for name in functions:
            library.export_symbol(name)
        self._library = library.link(self._jit, "derive")
        self.address = {name: self._library[name] for name in functions}
