"""How statements look in each language, and which words its names must not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.algebra.languages import printers
from derive.algebra.languages.catalogue import Language
from derive.algebra.languages.ordered import Ordered


@dataclass(frozen=True, slots=True)
class Manners:
    """What a language's files are written with.

    printer    of expressions
    template   of the file, in templates/code
    comment    what a comment begins with
    assign     a statement up to its expression, {} for the name
    end        of a statement
    gives      the same for the result of a helper, {} for the helper's name
    continued  what ends a line that goes on
    bracketed  whether an expression on several lines is in brackets
    trailing   whether a list on several lines ends with a comma
    row        a row of numbers in a list of rows
    words      names that would be taken for something else
    one_case   whether capitals make no difference in names
    tiles      whether many examples are worked out together, a tile of them at a time
    """

    printer: type[Ordered]
    template: str
    comment: str
    assign: str
    end: str
    gives: str
    row: str
    words: str
    continued: str = ""
    bracketed: bool = False
    trailing: bool = False
    one_case: bool = False
    tiles: bool = False


_EVERYWHERE = (
    "theta inputs targets fixed gradient outputs loss_and_gradient forward of_example "
    "target_values main NAMES THETA FIXED INPUTS TARGETS"
)


def _arrays(printer: type[Ordered], words: str) -> Manners:
    return Manners(
        printer, "arrays", "#", "{} = ", "", "return ", "[{}]", words, bracketed=True, trailing=True
    )


MANNERS: Mapping[Language, Manners] = MappingProxyType({
    "python": Manners(
        printers.Python, "python", "#", "{} = ", "", "return ", "[{}]",
        "float abs max min sorted len print zip math OverflowError ValueError ZeroDivisionError "
        "exp log log1p expm1 sqrt sin cos sinh cosh tanh atan erf erfc copysign inf nan",
        bracketed=True, trailing=True,
    ),
    "numpy": _arrays(printers.NumPy, "np math"),
    "jax": _arrays(printers.Jax, "jax jnp"),
    "torch": _arrays(printers.Torch, "torch number"),
    "c": Manners(
        printers.C, "c", "//", "double {} = ", ";", "return ", "{{{}}}",
        "auto break case char const continue default do double else enum extern float for goto if "
        "inline int long register restrict return short signed sizeof static struct switch typedef "
        "union unsigned void volatile while loss printf exp fabs log log1p expm1 sqrt sin cos sinh "
        "cosh tanh atan erf erfc pow INFINITY NAN asm bool true false clock clock_t fprintf stderr "
        "strcmp bench fill one_by_one together count arguments of_tile of_examples sum_of "
        "sum_of_products total_of_units others_of_units largest_of_units second_largest_of_units "
        "i j k row PARAMETERS EXAMPLES INS OUTS TILE ROWS",
        tiles=True,
    ),
    "javascript": Manners(
        printers.JavaScript, "javascript", "//", "const {} = ", ";", "return ", "[{}]",
        "arguments await break case catch class const continue debugger default delete do else "
        "enum eval export extends false finally for function if implements import in instanceof "
        "interface let new null package private protected public return static super switch this "
        "throw true try typeof undefined var void while with yield Math NaN Infinity console "
        "module require loss",
        bracketed=True,
    ),
    "julia": Manners(
        printers.Julia, "julia", "#", "{} = ", "", "return ", "[{}]",
        "baremodule begin break catch const continue do else elseif end export false finally for "
        "function global if import let local macro module quote return struct true try using while "
        "where in isa pi im abs sign max min log exp log1p expm1 sqrt sin cos sinh cosh tanh atan "
        "NaN Inf isfinite floor loss",
        bracketed=True,
    ),
    "r": Manners(
        printers.R, "r", "#", "{} <- ", "", "", "c({})",
        "break else for function if in next repeat while TRUE FALSE NULL NA NaN Inf loss",
        bracketed=True,
    ),
    "octave": Manners(
        printers.Octave, "octave", "%", "{} = ", ";", "value = ", "{}",
        "break case catch continue do else elseif end endfunction endif endwhile endfor for "
        "function global if otherwise parfor persistent return switch try until unwind_protect "
        "while abs sign max min log exp log1p expm1 sqrt sin cos sinh cosh tanh atan erf erfc "
        "choose NaN Inf floor sort value values loss fprintf numel",
        continued=" ...",
    ),
    "rust": Manners(
        printers.Rust, "rust", "//", "let {} = ", ";", "return ", "[{}]",
        "abstract as async await become box break const continue crate do dyn else enum extern "
        "false final fn for gen if impl in let loop macro match mod move mut override priv pub ref "
        "return self Self static struct super trait true try type typeof union unsafe unsized use "
        "virtual where while yield f64 vec loss",
    ),
    "fortran": Manners(
        printers.Fortran, "fortran", "!", "{} = ", "", "{} = ", "{}",
        "abs sign max min log exp sqrt sin cos sinh cosh tanh atan erf erfc merge maxval maxloc "
        "dp real integer loss size reshape",
        continued=" &", one_case=True,
    ),
})  # fmt: skip


def reserved(language: Language) -> set[str]:
    """The names that no quantity may have in a file of the language."""
    manners = MANNERS[language]
    helpers = {*manners.printer.texts, *manners.printer.lacking, *_HELPERS}
    return {*_EVERYWHERE.split(), *manners.words.split(), *helpers}


_HELPERS = (
    "logistic", "softplus", "ln_cosh", "sech2", "t_times", "t_over", "sign_of", "larger", "smaller",
    "erf_near", "erfc_tail", "tanh_of", "array", "columns", "frozen", "network",
)  # fmt: skip
