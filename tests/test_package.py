"""The public names: all there, all lazy, and nothing shadowed by a module of the same name."""

from __future__ import annotations

import derive


def test_every_public_name_is_there() -> None:
    for name in derive.__all__:
        value = getattr(derive, name)
        assert callable(value), name
        assert name in dir(derive)


def test_importing_submodules_does_not_replace_a_public_name() -> None:
    import derive.compute
    import derive.derivation.derivation
    import derive.network
    import derive.rendering
    import derive.worksheets

    for name in derive.__all__:
        assert callable(getattr(derive, name)), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(derive, "derivatives")
