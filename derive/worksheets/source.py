"""Where the chance of a worksheet comes from: a secret, or, for demonstrations, a seed.

    numbers of variant 12   ←  HMAC-SHA256(key, "numbers/12/0")
    its form id             ←  HMAC-SHA256(key, "form/DIGEST/12/0")

Each purpose and each variant has a stream of its own: no one of them tells anything of another, and
nothing that is printed leads back to the key. Whoever has the bundle has them all.
"""

from __future__ import annotations

import hmac
import random
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache

from derive.worksheets.recipes.recipe import WorksheetError

FIRST, LATEST = 1, 2  # editions, see Source
MOST_SEED = 10**18 - 1
USUAL_VARIANTS, MOST_VARIANTS = 30, 1000
BITS = 128

# Neither vowels nor what is easily taken for another sign: no form reads as a word, a month or a
# number.
ALPHABET = "34679CDFGHJKMNPQRTVWXY"
_GROUP, _GROUPS = 4, 2
_SECRET = re.compile(rf"[0-9a-f]{{{BITS // 4}}}")
_FIRST_FORM = re.compile(r"\s*(-?\d{1,18})-(\d{1,4})-([0-9a-f]{4})\s*")


@dataclass(frozen=True, slots=True)
class Source:
    """What the variants of a worksheet are drawn from.

    secret   32 hexadecimal digits, which nobody can guess; "" where there is a seed
    seed     a number that anyone may guess, for demonstrations
    edition  of the rules by which sheets are made; every bundle keeps its own, so that the sheets
             of an old one stay as they were handed out:
             1  derive 0.1.0: a seed, forms that tell it
             2  secrets, opaque forms; no question answers another up to an index; units of relu
                that are dead; right choices at every place

    Raises WorksheetError for a secret or a seed that is none.
    """

    secret: str = ""
    seed: int | None = None
    edition: int = LATEST

    def __post_init__(self) -> None:
        if self.seed is None and not _SECRET.fullmatch(self.secret):
            raise WorksheetError(
                f"secret: allowed are {BITS // 4} hexadecimal digits (0-9, a-f), as in the "
                "bundle.json of a worksheet; leave it out to have one made"
            )
        if self.seed is not None and abs(self.seed) > MOST_SEED:
            raise WorksheetError(
                f"seed: got {self.seed}; allowed are whole numbers of at most 18 digits"
            )

    @property
    def demonstration(self) -> bool:
        """Whether every page says that anyone can make the key."""
        return self.seed is not None and self.edition > FIRST

    def chance(self, purpose: str, *place: int) -> random.Random:
        """The stream for one purpose: the numbers of a variant, its questions, a deal of cards."""
        if self.edition == FIRST:
            return random.Random(self._first(purpose, place))
        return random.Random(_derived(self._key(), "/".join((purpose, *map(str, place)))))

    def _first(self, purpose: str, place: tuple[int, ...]) -> str:
        if purpose == "structures":
            return "/".join(map(str, (self.seed, purpose, *place)))
        number, redraw = place
        return f"{self.seed}/{number}" + (f"/{redraw}" if redraw else "")

    def _key(self) -> bytes:
        return bytes.fromhex(self.secret) if self.seed is None else f"seed {self.seed}".encode()

    def form(self, number: int, digest: str) -> str:
        """What is printed on every page of a variant: K7QM-3XWP.

        digest  of the worksheet: the forms of another one are other forms
        """
        if self.edition == FIRST:
            return f"{self.seed}-{number:03}-{digest[:4]}"
        return _forms(self._key(), digest, _at_least(number))[number - 1]

    def number_of(self, form: str, digest: str, count: int) -> int | None:
        """The variant that a form names, in any spelling; None where it names none of so many."""
        if self.edition == FIRST:
            match = _FIRST_FORM.fullmatch(form.lower())
            if match is None or (int(match[1]), match[3]) != (self.seed, digest[:4]):
                return None
            return int(match[2]) if 1 <= int(match[2]) <= count else None
        signs = "".join(form.upper().replace("-", " ").split())
        normal = "-".join(signs[i : i + _GROUP] for i in range(0, len(signs), _GROUP))
        forms = _forms(self._key(), digest, _at_least(count))[:count]
        return forms.index(normal) + 1 if normal in forms else None


def new_secret() -> Source:
    """A source that nobody has seen before."""
    return Source(secrets.token_hex(BITS // 8))


def _derived(key: bytes, purpose: str) -> int:
    return int.from_bytes(hmac.digest(key, purpose.encode(), "sha256"), "big")


def _at_least(count: int) -> int:
    """How many forms to make where so many are asked for: few for a class, else all."""
    return USUAL_VARIANTS if count <= USUAL_VARIANTS else MOST_VARIANTS


@lru_cache(maxsize=8)
def _forms(key: bytes, digest: str, count: int) -> tuple[str, ...]:
    """The forms of so many variants; one that a lower variant has is made anew."""
    forms: dict[str, None] = {}
    for number in range(1, count + 1):
        again = 0
        while (form := _form(key, f"form/{digest}/{number}/{again}")) in forms:
            again += 1
        forms[form] = None
    return tuple(forms)


def _form(key: bytes, purpose: str) -> str:
    rest, signs = _derived(key, purpose), ""
    for _ in range(_GROUP * _GROUPS):
        rest, place = divmod(rest, len(ALPHABET))
        signs += ALPHABET[place]
    return "-".join(signs[i : i + _GROUP] for i in range(0, len(signs), _GROUP))
