"""Worksheets: variants with numbers of their own, blanks as addresses, keys from the shown numbers.

The folder's name is the plural because ``derive.worksheet`` is the public function: a submodule
of the same name would replace it as soon as it was imported.
"""
