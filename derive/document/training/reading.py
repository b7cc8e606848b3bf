"""What the curves show, in words: each sentence is said where a finding makes it true."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from derive.compute.training import findings
from derive.compute.training.courses import (
    DIVERGED,
    GROWN,
    INTERRUPTED,
    NO_PROGRESS,
    TARGET_MET,
)
from derive.compute.training.runs import Run
from derive.derivation.numbers.rounding import rounded as exact
from derive.document.blocks import Block, Inline, Items
from derive.document.training.account import Account
from derive.document.wording import Value
from derive.graph import activations

_FEW = 4  # changes of the lead that are told one by one
_MANY = 8  # rates or units past which they are not told one by one
_MORE = 17  # digits, at most, to tell two numbers apart


def reading(account: Account) -> Iterator[Block]:
    """The findings as items, and what they do not say."""
    yield Items(tuple(sentences(account)))
    training = account.training
    layers = len(training.subject.layers)
    yield account.say("training_scope", count=len(training.runs), layers=layers)


def sentences(account: Account) -> Iterator[Inline]:
    """Everything that was found, in the order of the report."""
    yield from _endings(account)
    yield from _lowest(account)
    yield from _lead(account)
    yield from _falling(account)
    yield from _plateaus(account)
    yield from _bound(account)
    yield from _edge(account)
    yield from _saturated(account)
    yield from _dead(account)


def _endings(account: Account) -> Iterator[Inline]:
    """The runs that ended before the last epoch, and why."""
    words, training = account.words, account.training
    settings = training.settings
    for run in training.runs:
        rate, epoch, loss = account.rate(run), run.epochs, run.losses[-1]
        if run.ending == DIVERGED:
            name = "grown" if GROWN < loss < math.inf else "lost"
            yield words(
                f"training_diverged_{name}", loss=training.loss, value=account.number(loss),
                first=account.number(run.losses[0]), rate=rate, epoch=epoch,
            )  # fmt: skip
        elif run.ending == TARGET_MET and settings.target_loss is not None:
            bound = account.as_typed(settings.target_loss)
            yield words("training_target_met", bound=bound, rate=rate, epoch=epoch)
        elif run.ending == NO_PROGRESS and settings.patience is not None:
            yield words("training_no_progress", patience=settings.patience, rate=rate, epoch=epoch)
        elif run.ending == INTERRUPTED:
            yield words("training_interrupted", rate=rate, epoch=epoch)
    begun = len(account.training.runs)
    if begun < len(settings.rates):
        left = words.listing(settings.rates[begun:])
        yield words("training_not_begun", rates=left)


def _lowest(account: Account) -> Iterator[Inline]:
    """The loss at the last epoch: lowest and highest, or the one there is."""
    training, words = account.training, account.words
    there = findings.at_the_end(training)
    if not there:
        return
    best, worst = there[0], there[-1]
    epoch, loss = best.epochs, training.loss
    low, high = _told_apart(account, best.losses[epoch], worst.losses[epoch])
    if len(there) == 1:
        first = account.number(best.losses[0])
        if epoch:
            yield words(
                "training_end", loss=loss, rate=account.rate(best), epoch=epoch, value=low,
                first=first,
            )  # fmt: skip
        return
    ties = [run for run in there if run.losses[epoch] == best.losses[epoch]]
    if len(ties) == len(there):
        yield words("training_lowest_same", loss=loss, epoch=epoch, low=low)
        return
    yield words(
        "training_lowest" if len(ties) == 1 else "training_lowest_tie",
        loss=loss, epoch=epoch, rate=account.rates(ties), low=low, high=high,
        worst=account.rate(worst),
    )  # fmt: skip


def _told_apart(account: Account, low: float, high: float) -> tuple[Inline, Inline]:
    """Two numbers, with more digits where they would look the same and are not."""
    for digits in range(account.digits, account.digits + _MORE):
        here = replace(account, digits=digits)
        if low == high or here.number(low) != here.number(high):
            break
    return here.number(low), here.number(high)


def _lead(account: Account) -> Iterator[Inline]:
    """Which rate has the lowest loss when."""
    training, words = account.training, account.words
    leads = findings.leads(training)
    if len(training.runs) < 2 or not leads:
        return
    if len(leads) == 1:
        yield words(
            "training_leads", rate=account.rate(leads[0].run), first=leads[0].first,
            last=leads[0].last,
        )  # fmt: skip
    elif len(leads) <= _FEW:
        spans = tuple(
            words(
                "training_leads_span" if lead.last > lead.first else "training_leads_at",
                rate=account.rate(lead.run), first=lead.first, last=lead.last,
            )
            for lead in leads
        )  # fmt: skip
        yield words("training_leads_change", spans=words.listing(spans))
    else:
        last = leads[-1]
        yield words(
            "training_leads_often", count=len(leads) - 1, rate=account.rate(last.run),
            first=last.first, last=last.last,
        )  # fmt: skip


def _falling(account: Account) -> Iterator[Inline]:
    """Whether the loss ever rises."""
    words = account.words
    runs = [run for run in account.training.runs if run.epochs]
    rising = [(run, rises) for run in runs if (rises := findings.rises(run))]
    if runs and not rising:
        strictly = all(map(findings.falls_strictly, runs))
        yield words("training_falls" if strictly else "training_falls_rounding", count=len(runs))
    if len(rising) > _MANY:
        yield words("training_rises_many", count=len(rising), all=len(runs))
        return
    spans = tuple(
        words(
            "training_rises_once" if rises.count == 1 else "training_rises_span",
            rate=account.rate(run), count=rises.count, first=rises.first, epochs=run.epochs,
        )
        for run, rises in rising
    )  # fmt: skip
    if spans:
        yield words("training_rises", spans=words.listing(spans))
    falling = [run for run in runs if not findings.rises(run)]
    if rising and falling:
        yield words("training_falls_others", rates=account.rates(falling))


def _plateaus(account: Account) -> Iterator[Inline]:
    """Where curves are flat to the end."""
    words, runs = account.words, account.training.runs
    plateaus = [(run, flat) for run in runs if (flat := findings.plateau(run))]
    percent = f"{100 * findings.FLAT:g}"
    if len(plateaus) > _MANY:
        yield words("training_plateau_many", count=len(plateaus), all=len(runs), percent=percent)
        return
    for name, still in (("training_plateau", False), ("training_constant", True)):
        spans = tuple(
            words(
                "training_from", rate=account.rate(run), epoch=flat.since,
                value=account.number(run.losses[-1]),
            )
            for run, flat in plateaus
            if (flat.low == flat.high) == still
        )  # fmt: skip
        if spans:
            yield words(name, spans=words.listing(spans), percent=percent)


def _bound(account: Account) -> Iterator[Inline]:
    """Targets that no weights reach, what that leaves of the loss, and how near it came."""
    training, words = account.training, account.words
    bound = findings.bound(training)
    if bound is None:
        return
    last = training.subject.layers[-1]
    activation, span = words.activation(last.activation), str(bound.span)
    if len(bound.beyond) == 1:
        ((_, unit, target),) = bound.beyond
        yield words(
            "training_beyond_one", target=account.as_typed(target), span=span,
            activation=activation, output=activations(last)[unit],
        )  # fmt: skip
    else:
        yield words(
            "training_beyond", count=len(bound.beyond), span=span, activation=activation,
            all=len(training.targets) * last.units,
        )  # fmt: skip
    infimum = float(bound.infimum)
    least = exact(bound.infimum, account.digits).number
    name = "training_minimum" if bound.attained else "training_infimum"
    yield words(name, loss=training.loss, infimum=least)
    there: list[Run] = [run for run in training.runs if run.ending != DIVERGED]
    if there:
        nearest = min(there, key=lambda run: min(run.losses))
        low = min(nearest.losses)
        yield words(
            "training_gap", rate=account.rate(nearest), epoch=nearest.losses.index(low),
            value=account.number(low), gap=account.number(max(0.0, low - infimum)),
        )  # fmt: skip


def _edge(account: Account) -> Iterator[Inline]:
    edge = findings.at_the_edge(account.training)
    if edge is not None:
        span, count = edge
        every = sum(map(len, account.training.targets))
        name = "training_edge_all" if count == every else "training_edge"
        if every == 1:
            name = "training_edge_one"
        yield account.words(name, span=str(span), count=count, all=every)


def _saturated(account: Account) -> Iterator[Inline]:
    """Slopes that slow the descent down, and those that do not because the loss cancels them."""
    run = account.run
    saturated = list(findings.saturated(account.training, run))
    if not saturated or run.ending == DIVERGED or len(saturated) > _MANY:
        return
    words = account.words
    values = {"rate": account.rate(run), "bound": account.as_typed(findings.SATURATED)}
    slow = [one for one in saturated if one.short is None]
    if len(slow) == 1:
        yield words(
            "training_saturated_one", epoch=run.epochs, unit=slow[0].z,
            slope=account.number(slow[0].slope), **values,
        )  # fmt: skip
    elif slow:
        units = tuple(
            words("training_slope", unit=one.z, slope=account.number(one.slope)) for one in slow
        )
        yield words("training_saturated", epoch=run.epochs, units=words.listing(units), **values)
    short = [(one, one.short) for one in saturated if one.short is not None]
    if len(short) > 1:
        units = tuple(
            words(
                "training_cancelled_unit", unit=one.z, slope=account.number(one.slope),
                difference=account.number(difference),
            )
            for one, difference in short
        )  # fmt: skip
        yield words(
            "training_saturated_cancelled_many", epoch=run.epochs, units=words.listing(units),
            **values,
        )  # fmt: skip
    elif short:
        ((one, difference),) = short
        near = "_near" if abs(difference) < findings.SATURATED else ""
        yield words(
            f"training_saturated_cancelled{near}", epoch=run.epochs, unit=one.z,
            slope=account.number(one.slope), difference=account.number(difference), **values,
        )  # fmt: skip


def _dead(account: Account) -> Iterator[Inline]:
    """ReLU units that no example reaches any more."""
    run = account.run
    dead = findings.dead(account.training, run)
    if not dead or run.ending == DIVERGED or len(dead) > _MANY:
        return
    many = "_batch" if account.training.is_batch else ""
    values: dict[str, Value] = {"rate": account.rate(run), "epoch": run.epochs}
    if len(dead) == 1:
        yield account.words(f"training_dead{_since(dead[0])}{many}", **_when(dead[0]), **values)
        return
    units = tuple(account.words(f"training_dead_unit{_since(x)}", **_when(x)) for x in dead)
    yield account.words(f"training_dead_many{many}", units=account.words.listing(units), **values)


def _since(one: findings.Dead) -> str:
    """Whether a unit was dead from the start, and whether its last living epoch is known."""
    if one.alive is None:
        return "_always"
    return "_between" if one.since > one.alive + 1 else ""


def _when(one: findings.Dead) -> dict[str, Value]:
    return {"unit": one.z, "since": one.since, "alive": "" if one.alive is None else one.alive}
