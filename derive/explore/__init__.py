"""A page to play with: the web page of a derivation, and a script that follows every change.

What the script works with is data made here, from the same objects as the page: the compiled
function in JavaScript, the steps and their formulas as trees, the rules of marking, the sentences.
"""

from derive.explore.given import ExploreError, playable
from derive.explore.page import explored

__all__ = ["ExploreError", "explored", "playable"]
