"""The printer of each language: one of SymPy's, its faults mended by ``Ordered``."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar

from sympy.printing.c import C99CodePrinter  # type: ignore[import-untyped]
from sympy.printing.fortran import FCodePrinter  # type: ignore[import-untyped]
from sympy.printing.jscode import JavascriptCodePrinter  # type: ignore[import-untyped]
from sympy.printing.julia import JuliaCodePrinter  # type: ignore[import-untyped]
from sympy.printing.numpy import NumPyPrinter  # type: ignore[import-untyped]
from sympy.printing.octave import OctaveCodePrinter  # type: ignore[import-untyped]
from sympy.printing.pycode import PythonCodePrinter  # type: ignore[import-untyped]
from sympy.printing.rcode import RCodePrinter  # type: ignore[import-untyped]
from sympy.printing.rust import RustCodePrinter  # type: ignore[import-untyped]

from derive.algebra.languages import texts
from derive.algebra.languages.ordered import ATOM, CASES, POWERED, PRODUCT, Ordered, lacks
from derive.expression.functions import Function

# ``ieee_…`` of ``derive.compute``, where the function itself needs no guard.
_BARE = {"log1p": "log1p", "expm1": "expm1", "ieee_log1p": "log1p", "ieee_expm1": "expm1"}


class Python(Ordered, PythonCodePrinter):  # type: ignore[misc]
    """Python with the names of ``math``."""

    calls = MappingProxyType({"abs": "abs", "max": "max", "min": "min", "largest": "max",
                              "erfc": "erfc", "log1p": "log1p", "expm1": "expm1"})  # fmt: skip
    texts = MappingProxyType(texts.PYTHON)
    choice = ("{then} if {when} else {otherwise}", CASES)
    integral = True

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False})


class C(Ordered, C99CodePrinter):  # type: ignore[misc]
    calls = MappingProxyType({
        **_BARE, "abs": "fabs", "erfc": "erfc", "ieee_power": "pow",
        **{name: f"{name}({{count}}, (double[]){{{{{{all}}}}}})"
           for name in ("largest", "second_largest")},
    })  # fmt: skip
    lacking = lacks("sign", "max", "min")
    texts = MappingProxyType(texts.C)

    def __init__(self) -> None:
        super().__init__({"math_macros": {}})  # M_LN2 and its like are not in C99


class JavaScript(Ordered, JavascriptCodePrinter):  # type: ignore[misc]
    calls = MappingProxyType({
        **{name: f"Math.{name}" for name in ("abs", "sign", "max", "min", "sinh", "cosh", "tanh")},
        **{name: f"Math.{call}" for name, call in _BARE.items()},
        "sqrt": "Math.sqrt", "ieee_power": "Math.pow", "largest": "Math.max",
    })  # fmt: skip
    lacking = lacks("erf", "erfc")
    texts = MappingProxyType(texts.JAVASCRIPT)


class Julia(Ordered, JuliaCodePrinter):  # type: ignore[misc]
    calls = MappingProxyType({"abs": "abs", "sign": "sign", "max": "max", "min": "min",
                              "largest": "max", "log1p": "log1p", "expm1": "expm1"})  # fmt: skip
    lacking = lacks("erf", "erfc")
    texts = MappingProxyType(texts.JULIA)


class R(Ordered, RCodePrinter):  # type: ignore[misc]
    calls = MappingProxyType({**_BARE, "abs": "abs", "sign": "sign", "max": "max", "min": "min",
                              "largest": "max", "ieee_power": "{}^{}"})  # fmt: skip
    loose = MappingProxyType({"ieee_power": POWERED})
    lacking = lacks("erf", "erfc")
    texts = MappingProxyType(texts.R)
    choice = ("ifelse({when}, {then}, {otherwise})", ATOM)


class Octave(Ordered, OctaveCodePrinter):  # type: ignore[misc]
    calls = MappingProxyType({"abs": "abs", "sign": "sign", "erfc": "erfc", "log1p": "log1p",
                              "expm1": "expm1", "ieee_expm1": "expm1", "largest": "max([{all}])",
                              "second_largest": "second_largest([{all}])"})  # fmt: skip
    lacking = lacks("max", "min")
    texts = MappingProxyType(texts.OCTAVE)
    choice = ("choose({when}, {then}, {otherwise})", ATOM)
    unequal = "~="

    def _print_Piecewise(self, e: Any) -> str:
        self.used.setdefault("choose", None)
        return super()._print_Piecewise(e)


class Rust(Ordered, RustCodePrinter):  # type: ignore[misc]
    calls = MappingProxyType({
        **{name: f"{{}}.{name}()" for name in ("exp", "ln", "sqrt", "sin", "cos", "sinh", "cosh",
                                               "tanh", "atan", "abs")},
        **{name: f"{{}}.{'ln_1p' if 'log1p' in name else 'exp_m1'}()" for name in _BARE},
        "ieee_power": "{}.powf({})", "largest": "largest(&[{all}])",
        "second_largest": "second_largest(&[{all}])",
    })  # fmt: skip
    lacking = lacks("erf", "erfc", "sign", "max", "min")
    texts = MappingProxyType(texts.RUST)
    choice = ("if {when} {{ {then} }} else {{ {otherwise} }}", CASES)

    def value(self, e: Any) -> str:
        """Its braces are brackets enough."""
        return self._print(e)

    def inside(self, e: Any, place: int) -> str:
        """A number that a method is called of says its type."""
        text = super().inside(e, place)
        return f"{text}_f64" if place == ATOM and e.is_Number and e >= 0 else text


class Fortran(Ordered, FCodePrinter):  # type: ignore[misc]
    calls = MappingProxyType({"abs": "abs", "erfc": "erfc", "ieee_power": "{}**{}",
                              "largest": "max",
                              "second_largest": "second_largest([{all}])"})  # fmt: skip
    loose = MappingProxyType({"ieee_power": POWERED})
    lacking = lacks("log1p", "expm1", "sign", "max", "min")
    texts = MappingProxyType(texts.FORTRAN)
    choice = ("merge({then}, {otherwise}, {when})", ATOM)
    unequal = "/="

    def __init__(self) -> None:
        super().__init__({"standard": 2008, "source_format": "free"})

    def number(self, value: float) -> str:
        return f"{value!r}_dp"


class _Arrays(Ordered, NumPyPrinter):  # type: ignore[misc]
    """Arrays with a column per example, by NumPy's names in a module."""

    alias: ClassVar[str]
    integral = True
    loose = MappingProxyType({
        "mix": PRODUCT, "spread": PRODUCT, "outer": PRODUCT, "ieee_power": POWERED,
    })  # fmt: skip

    def __init__(self) -> None:
        super().__init__()

    def _module_format(self, fqn: str, register: bool = True) -> str:
        return f"{self.alias}.{fqn.rpartition('.')[2]}"


def _operations(module: str, of_axis: str) -> dict[str, str]:
    """The operations on whole layers, and NumPy's names where SymPy does not ask for them."""
    named = {"abs": "abs", "max": "maximum", "min": "minimum", "sign": "sign", "log1p": "log1p",
             "expm1": "expm1", "ieee_log1p": "log1p", "ieee_expm1": "expm1",
             "sqrt": "sqrt"}  # fmt: skip
    return {
        **{name: f"{module}.{call}" for name, call in named.items()},
        "ieee_power": "{}**{}",
        "mix": "{}.T @ {}",
        "spread": "{} @ {}",
        "outer": "{} @ {}.T",
        "column": "{}[:, None]",
        "rows": f"{{}}.sum({of_axis}=1)",
        "total": f"{{}}.sum({of_axis}=0)",
        "largest": f"{{}}.max({of_axis}=0)",
        "all": f"{module}.sum({{}})",
        "fill": f"{module}.full_like({{1}}, {{0}})",
        "others": "others",
        "second_largest": "second_largest",
    }


class NumPy(_Arrays):
    alias = "np"
    calls = MappingProxyType(_operations("np", "axis"))
    texts = MappingProxyType(texts.NUMPY)
    choice = ("np.where({when}, {then}, {otherwise})", ATOM)


class Jax(_Arrays):
    alias = "jnp"
    calls = MappingProxyType({
        **_operations("jnp", "axis"), "erf": "jax.scipy.special.erf",
        "erfc": "jax.scipy.special.erfc",
    })  # fmt: skip
    texts = MappingProxyType(texts.JAX)
    choice = ("jnp.where({when}, {then}, {otherwise})", ATOM)


class Torch(_Arrays):
    """NumPy's names, which PyTorch has too: SymPy's own printer would import all of PyTorch."""

    alias = "torch"
    calls = MappingProxyType({
        **_operations("torch", "dim"), "largest": "{}.amax(dim=0)",
        "erf": "torch.special.erf", "erfc": "torch.special.erfc",
    })  # fmt: skip
    texts = MappingProxyType(texts.TORCH)
    choice = ("torch.where({when}, {then}, {otherwise})", ATOM)

    def call(self, name: str, arguments: Any, function: Function | None = None) -> str:
        if name in ("max", "min"):
            return f"torch.{name}imum({', '.join(map(self.value, arguments))})"
        return super().call(name, arguments, function)

    def value(self, e: Any) -> str:
        """Two plain numbers would be a choice in single precision."""
        text = super().value(e)
        if not e.is_Number:
            return text
        self.used.setdefault("number", None)
        return f"number({text})"
