"""The whole report of a training, and its parts for a document about the derivation."""

from __future__ import annotations

from collections.abc import Iterator

from derive.compute.training import Training
from derive.document.blocks import Block, Document, Figure, Heading, Inline
from derive.document.training.account import Account, account, content
from derive.document.training.reading import reading
from derive.document.training.setting import setting
from derive.document.training.tables import iterations, losses, parameters
from derive.document.wording import Wording, in_macros
from derive.pictures.charts.curves import MOST, curves, cut_off, vertical
from derive.pictures.picture import Picture

LINEAR, LOG = "loss-linear", "loss-log"


def report(training: Training, words: Wording, digits: int) -> Document:
    """A document about a training alone."""
    title = words("training_title", title=training.subject.title)
    return Document(title, (Heading(1, title), *_blocks(account(training, words, digits), 2)))


def training_blocks(training: Training, words: Wording, digits: int) -> Iterator[Block]:
    """A section about a training, in a document about the network."""
    yield Heading(2, words("heading_training"))
    yield from _blocks(account(training, words, digits), 3)


def _blocks(account: Account, level: int) -> Iterator[Block]:
    yield from setting(account)
    for title, part in (
        ("iterations", iterations),
        ("losses", losses),
        ("curves", _figures),
        ("reading", reading),
        ("parameters", parameters),
    ):
        blocks = list(part(account))
        if blocks:
            yield Heading(level, account.words(f"heading_training_{title}"))
            yield from blocks


def _figures(account: Account) -> Iterator[Block]:
    for picture, caption in pictures(account):
        yield Figure(picture, caption)


def pictures(account: Account) -> Iterator[tuple[Picture, Inline]]:
    """The curves on a linear and on a logarithmic scale, each with its caption."""
    training, words = account.training, account.words
    runs = training.runs[:MOST]
    for name, log in ((LINEAR, False), (LOG, True)):
        ends = words.listing(tuple(
            words(
                "training_curve", rate=account.rate(run), first=account.number(run.losses[0]),
                value=account.number(run.losses[-1]), epoch=run.epochs,
            )
            for run in runs
        ))  # fmt: skip
        description = words(f"training_describe_{in_macros(name)}", loss=training.loss, curves=ends)
        picture = curves(
            runs, log, name=name,
            title=content(words(f"training_{in_macros(name)}", loss=training.loss)),
            description=content(description), epoch=content(words("training_epoch")),
            loss=(training.loss,),
        )  # fmt: skip
        caption = words(f"training_caption_{in_macros(name)}", loss=training.loss)
        scale = vertical(runs, log)
        cut = [run for run in runs if cut_off(run, scale)]
        if cut:
            caption = (*caption, " ", *words("training_cut_off", rates=account.rates(cut)))
        if len(training.runs) > MOST:
            caption = (*caption, " ", *words("training_first_curves", count=MOST))
        yield picture, caption
