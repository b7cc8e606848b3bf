"""How the training was done: the rule, the start, the examples, when a run ends."""

from __future__ import annotations

from collections.abc import Iterator

from derive.compute.training.start import ZERO, Drawn
from derive.derivation.steps import Relation
from derive.document.blocks import Block, Equation, Inline, Items
from derive.document.training.account import Account, numeral
from derive.expression.nodes import Expression, Negative, Partial, Product, Sum
from derive.graph import RATE


def setting(account: Account) -> Iterator[Block]:
    """The update rule, shown for one parameter, and the settings as items."""
    training = account.training
    w = training.subject.trained[0]
    step = Product((RATE, Partial(training.loss, w)))
    kind = "sweep" if len(training.settings.rates) > 1 else "one"
    rates = account.words.listing(training.settings.rates)
    yield account.say(
        f"training_{kind}", rate=RATE, rates=rates, epochs=training.settings.epochs,
        loss=training.loss,
    )  # fmt: skip
    yield Equation((Relation("", w), Relation("←", Sum((w, Negative(step))))))
    yield Items(tuple(_items(account)))


def _items(account: Account) -> Iterator[Inline]:
    training, words = account.training, account.words
    settings, start = training.settings, training.start
    layers = training.subject.layers
    if not layers:
        yield words("training_start_formulas")
    elif len(start.drawn) < len(layers) + sum(layer.bias != "none" for layer in layers):
        some = "_else" if start.drawn else ""
        yield words(f"training_start_given{some}")
    for drawn in start.drawn:
        yield _drawn(account, drawn)
    count = len(training.inputs)
    if training.minibatches:
        yield from _minibatches(account)
    elif training.is_batch:
        yield words(f"training_batch_{training.subject.over_examples}", count=count)
    yield words("training_convention", loss=training.loss)
    if settings.target_loss is not None:
        yield words("training_target", bound=account.as_typed(settings.target_loss))
    if settings.patience is not None:
        any_ = "" if settings.improvement else "_any"
        yield words(
            f"training_patience{any_}",
            patience=settings.patience,
            improvement=account.as_typed(settings.improvement),
        )
    yield words("training_divergence")


def _minibatches(account: Account) -> Iterator[Inline]:
    """How many examples an update takes, and in which order they come."""
    training, words, settings = account.training, account.words, account.training.settings
    count, over = len(training.inputs), training.subject.over_examples
    size = settings.batch_size or count
    in_order = settings.order == "given"
    if in_order and size == 1:
        yield words(f"training_patterns_{over}", count=count, loss=training.loss)
        return
    rest = "_rest" if count % size else ""
    yield words(
        f"training_minibatches{rest}", count=count, size=size, left=count % size,
        updates=-(-count // size),
    )  # fmt: skip
    if in_order:
        yield words(f"training_given_{over}", loss=training.loss)
    else:
        yield words(f"training_order_{over}", seed=settings.seed, loss=training.loss)


def _drawn(account: Account, drawn: Drawn) -> Inline:
    some: Expression = drawn.block.quantities[0]
    layer = account.training.subject.layers[drawn.block.layer - 1]
    name = layer.name or str(layer.index)
    if drawn.rule == ZERO:
        return account.words("training_drawn_zero", layer=name, b=some)
    return account.words(
        f"training_drawn_{drawn.rule}", layer=name, w=some,
        low=numeral(-drawn.bound, account.digits), high=numeral(drawn.bound, account.digits),
        seed=account.training.settings.initial or 0,
    )  # fmt: skip
