"""The compiled network: its program, stable forms, back ends and the function they make."""

from derive.compute.arguments import ArgumentError
from derive.compute.compiling import compile
from derive.compute.function import GradientFunction
from derive.compute.sources.standalone import standalone

__all__ = ["ArgumentError", "GradientFunction", "compile", "standalone"]
