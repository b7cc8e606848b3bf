"""The derivatives that are used again and again, proved up front and cited by number."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.steps import Step
from derive.document import kinks
from derive.document.blocks import Block, Equation, Inline, Paragraph, Strong
from derive.document.narration.backward_pass.locals import proof, proof_lines
from derive.document.narration.teller import Teller, first_and_last, rows
from derive.expression.nodes import Quantity


def lemmas(teller: Teller) -> Iterator[Block]:
    """A lemma for every activation and one for the loss: what it says, and its proof."""
    words, graph, network = teller.words, teller.graph, teller.network
    yield teller.heading(2, "lemmas")
    yield teller.say("lemmas")
    proved = {function.name: (function, step) for function, step in teller.proofs}
    activations = {layer.activation.function.name: words.activation(layer.activation)
                   for layer in network.layers if layer.activation.function}  # fmt: skip
    for name, n in teller.lemmas.items():
        title = (Strong(words.text("lemma", n=n)),)
        if name == "softmax":
            own, other = teller.extra["softmax own"], teller.extra["softmax other"]
            a, z = own.about
            values = {"a": a, "z": z, "other": other.about[0]}
            yield teller.say("lemma_softmax", lemma=title, **values)
            yield from _proved(teller, own, other)
        elif name == "loss":
            step = teller.extra["loss"]
            of, y = step.about
            kind = "lemma_loss" if graph.terms else "lemma_loss_one"
            target = Quantity("target", unit=y.unit)
            yield teller.say(kind, lemma=title, name=network.loss.title, loss=of, y=y, t=target)
            remarks = kinks.of_loss(words, network.loss, y, target)
            yield from _proved(teller, step, remarks=remarks)
        else:
            yield teller.say("lemma_activation", lemma=title, name=activations[name])
            function, step = proved[name]
            sentence = kinks.of_function(words, function)
            apart = kinks.apart(words, function)
            yield from _proved(teller, step, remarks=(sentence,) if sentence else (), apart=apart)


def _proved(
    teller: Teller, *steps: Step, remarks: tuple[Inline, ...] = (), apart: Inline = ()
) -> Iterator[Block]:
    """What a lemma states, and the lines that lead there; in short, both in one.

    remarks  where it does not hold, and what is declared there
    apart    the condition under which it is proved; () where it always holds
    """
    if teller.brief:
        yield from rows([proof(step) for step in steps])
        yield from map(Paragraph, remarks)
        return
    yield from rows([Equation(first_and_last(step), result=True) for step in steps])
    yield from map(Paragraph, remarks)
    yield teller.say("proof_apart", apart=apart) if apart else teller.say("proof")
    for step in steps:
        yield proof_lines(teller, step)
