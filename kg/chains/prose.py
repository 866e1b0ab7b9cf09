"""Chains and verdicts in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from kg.chains.answer import Break, ChainAnswer, Traced
from kg.chains.escapes import Counter

_WIDTH = 100
_MODES = {
    "cis": "in cis",
    "trans": "in trans",
    "soluble": "on a soluble target",
    "": "cis or trans not known",
}
_FEW = 6  # other antibodies that are named; more are counted


def in_prose(answer: ChainAnswer) -> str:
    """The chains of each antibody in numbered paragraphs, those alike but for cell and tumor together, and below each
    paragraph the escapes that break it, by scope, with what counters them."""
    lines: list[str] = []
    for antibody, own in groupby(answer.traced, key=lambda traced: traced.chain.antibody):
        lines += [answer.label(antibody), ""]
        alike: dict[tuple[str, ...], list[Traced]] = {}
        for traced in own:
            c = traced.chain
            alike.setdefault((c.holding_arm, c.held, c.acting_arm, c.target, c.function, c.mode), []).append(traced)
        for number, group in enumerate(alike.values(), start=1):
            lines += _wrapped(f"{number}. {_told(answer, group)}", "   ")
            lines += _wrapped(f"   Links: {'; '.join(_links(answer, group))}.", "   ")
            lines += list(_escapes(answer, group))
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n" if lines else ""


def _told(answer: ChainAnswer, group: list[Traced]) -> str:
    chain = max((traced.chain for traced in group), key=lambda chain: chain.support)
    mode = _MODES[chain.mode]
    cells = _listed(answer.label(t.chain.cell) for t in group)
    effects = _listed(answer.label(t.chain.effect) for t in group)
    held = f"held by its arm on {answer.label(chain.held)}" if chain.held else "with no holding arm"
    target = answer.label(chain.target)
    acting = (
        f"{answer.label(chain.acting_arm)} ({target})"
        if chain.acting_arm.startswith("bsab:")
        else f"its arm on {target}"
    )
    if cells:
        body = f"{held}, {acting} engages {cells}: {answer.label(chain.function)}, which ends in {effects}"
    else:
        body = f"{held}, {acting} acts by {effects}"
    tumors = _listed(answer.label(t.chain.tumor) for t in group)
    where = f" Tested in {tumors}." if tumors else " No tumor in this view."
    weakest = chain.weakest
    by = weakest.best_source or "by definition"
    said = f" Support {chain.support:.2f}; weakest link: {answer.tell(weakest)} ({weakest.support:g}, {by})."
    contested = " Contested." if chain.contested else ""
    return f"{mode[0].upper()}{mode[1:]}: {body}.{where}{said}{contested}"


def _links(answer: ChainAnswer, group: list[Traced]) -> Iterator[str]:
    """Each link of the paragraph once, with its claim."""
    for link in dict.fromkeys(link for traced in group for link in traced.chain.links):
        mark = ", contested" if link.contested else ""
        yield f"{answer.tell(link)} ({link.claim or 'by definition'}{mark})"


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(label for label in labels if label))


def _escapes(answer: ChainAnswer, group: list[Traced]) -> Iterator[str]:
    breaks = list({broken.escape: broken for traced in group for broken in traced.breaks}.values())
    if not breaks:
        yield "   No escape that breaks it is documented."
        return
    breaks.sort(key=lambda broken: (broken.escape.scope, broken.escape.kind, broken.escape.tumor))
    for scope, same in groupby(breaks, key=lambda broken: broken.escape.scope):
        yield f"   {answer.label(scope).removesuffix(' scope')}:"
        for broken in same:
            yield from _wrapped(f"     - {_escape(answer, group[0].chain.antibody, broken)}", "       ")
            for text in _counters(answer, answer.counters(group[0].chain, broken.escape)):
                yield from _wrapped(f"         {text}", "           ")


def _escape(answer: ChainAnswer, antibody: str, broken: Break) -> str:
    escape, links = broken
    of = _listed(answer.label(curie) for curie in sorted(escape.epitopes or escape.antigens) or escape.subjects)
    place = f" in {answer.label(escape.tumor)}" if escape.tumor else ""
    contested = ", contested" if escape.contested else ""
    breaks = _listed(answer.label(link).removesuffix(" link") for link in links)
    claims = " ".join(claim.claim for claim in escape.claims)
    return f"{answer.label(escape.kind)} ({of}{place}; {escape.seen(antibody)}{contested}; breaks: {breaks}; {claims})"


def _counters(answer: ChainAnswer, counters: Iterable[Counter]) -> Iterator[str]:
    for counter in counters:
        names = ", ".join(answer.label(curie) for curie in counter.by[:_FEW])
        more = f" and {len(counter.by) - _FEW} more" if len(counter.by) > _FEW else ""
        if counter.basis == "documented":
            by = f" [{names}]" if names else ""
            yield f"countered, {counter.outcome}: {counter.text}{by} ({counter.claim})"
        else:
            yield f"countered by structure: {names}{more}: {counter.text}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
