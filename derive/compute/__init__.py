"""The compiled network: its program, stable forms, back ends and the function they make."""

from derive.compute.arguments import ArgumentError
from derive.compute.function import GradientFunction, compile
from derive.compute.standalone import standalone

__all__ = ["ArgumentError", "GradientFunction", "compile", "standalone"]
