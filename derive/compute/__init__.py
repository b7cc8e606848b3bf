"""The compiled network: its program, stable forms, back ends and the function they make."""

from derive.compute.arguments import ArgumentError
from derive.compute.function import GradientFunction, compile
from derive.compute.standalone import BACK_ENDS, standalone

__all__ = ["BACK_ENDS", "ArgumentError", "GradientFunction", "compile", "standalone"]
