"""From LLVM's language to machine code of this process, by llvmlite."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
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
    from llvmlite import __version__

    chosen = target()
    machine = f"{__version__} {llvm().llvm_version_info} {chosen.triple} {_processor()}"
    return kept(source, machine, _compiled)


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
