"""Worksheets: variants with numbers of their own, blanks as addresses, keys from the shown numbers.

    worksheet = derive.worksheet(network, recipe="exam", variants=30, seed=7)
    worksheet.write("hand-outs")          # sheet-01.md, sheet-01.tex, key-01.md, …, bundle.json

The folder's name is the plural because ``derive.worksheet`` is the public function: a submodule
of the same name would replace it as soon as it was imported.
"""

from derive.worksheets.items import Answer, Item
from derive.worksheets.recipes.family import Family
from derive.worksheets.recipes.recipe import Ask, Recipe, WorksheetError
from derive.worksheets.sheets.maker import Variant
from derive.worksheets.worksheet import Worksheet, worksheet

__all__ = [
    "Answer",
    "Ask",
    "Family",
    "Item",
    "Recipe",
    "Variant",
    "Worksheet",
    "WorksheetError",
    "worksheet",
]
