"""The room that shapes take, measured anew: widths from the letters as they are written, and
overlaps by clipping one outline with the other."""

from __future__ import annotations

from itertools import combinations
from math import cos, pi, radians, sin

from derive.notation import Names
from derive.pictures.picture import Box, Circle, Label, Picture
from derive.writers.drawings.runs import runs, width

Outline = list[tuple[float, float]]
SAFETY = 1.05  # faces differ a little in width


def outline(shape: Label | Circle | Box, names: Names) -> Outline:
    """The corners of a shape in turn."""
    if isinstance(shape, Circle):
        (x, y), r = shape.centre, shape.radius
        return [(x + r * cos(k * pi / 18), y + r * sin(k * pi / 18)) for k in range(36)]
    if isinstance(shape, Box):
        (x, y), (a, b) = shape.corner, shape.size
        return [(x, y), (x + a, y), (x + a, y + b), (x, y + b)]
    long = SAFETY * shape.size * width(list(runs(shape.content, names)))
    start = {"start": 0.0, "middle": -long / 2, "end": -long}[shape.anchor]
    high, low = -0.48 * shape.size, 0.5 * shape.size  # from capitals to descending letters
    c, s = cos(radians(shape.angle)), sin(radians(shape.angle))
    corners = [(start, high), (start + long, high), (start + long, low), (start, low)]
    return [(shape.at[0] + u * c - v * s, shape.at[1] + u * s + v * c) for u, v in corners]


def shared(one: Outline, other: Outline) -> float:
    """The area that two convex outlines share (Sutherland and Hodgman's clipping)."""
    left = list(one)
    for k, (x0, y0) in enumerate(other):
        x1, y1 = other[(k + 1) % len(other)]
        inside = [(x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) for x, y in left]
        kept: Outline = []
        for i, (p, d) in enumerate(zip(left, inside, strict=True)):
            q, e = left[i - 1], inside[i - 1]
            if (d < 0) != (e < 0):
                t = e / (e - d)
                kept.append((q[0] + t * (p[0] - q[0]), q[1] + t * (p[1] - q[1])))
            if d >= 0:
                kept.append(p)
        left = kept
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(left, left[1:] + left[:1], strict=True))
    return abs(area) / 2


def frame(outline: Outline) -> tuple[float, float, float, float]:
    """The upright rectangle around an outline: left, top, right, bottom."""
    across, down = zip(*outline, strict=True)
    return min(across), min(down), max(across), max(down)


def named(shape: Label | Circle | Box, names: Names) -> str:
    if isinstance(shape, Label):
        return "".join(run.text for run in runs(shape.content, names))
    return repr(shape)


def collisions(picture: Picture, names: Names) -> list[tuple[str, str]]:
    """Labels that lie on one another, and labels that lie half on a circle or box."""
    labels = [s for s in picture.shapes if isinstance(s, Label)]
    solid = [s for s in picture.shapes if isinstance(s, (Circle, Box))]
    outlines = {id(s): outline(s, names) for s in [*labels, *solid]}
    frames = {key: frame(corners) for key, corners in outlines.items()}

    def common(a: Label, b: Label | Circle | Box) -> float:
        left, top, right, bottom = frames[id(a)]
        x0, y0, x1, y1 = frames[id(b)]
        if right <= x0 or x1 <= left or bottom <= y0 or y1 <= top:  # most of them
            return 0.0
        return shared(outlines[id(a)], outlines[id(b)])

    found = [
        (named(a, names), named(b, names))
        for a, b in combinations(labels, 2)
        if common(a, b) > 0.01
    ]
    for label in labels:
        whole = common(label, label)
        for shape in solid:
            part = common(label, shape)
            if 0.01 < part < 0.97 * whole:
                found.append((named(label, names), named(shape, names)))
    return found


def outside(picture: Picture, names: Names) -> list[str]:
    """What reaches over the edge of the picture."""
    found = []
    for shape in picture.shapes:
        if isinstance(shape, (Label, Circle, Box)):
            corners = outline(shape, names)
            across, down = [x for x, _ in corners], [y for _, y in corners]
            far = max(across) > picture.size[0] or max(down) > picture.size[1]
            if far or min(across) < 0 or min(down) < 0:
                found.append(named(shape, names))
    return found
