"""How every antibody acts and what is left of it under each escape, worked out once for all pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from kg.chains import ChainAnswer, Escapes, StoreLinks, Wanted, answer_chains, coverage_of_antibody
from kg.chains.answer import Traced
from kg.chains.coverage import Verdict
from kg.chains.draw import to_graph
from kg.chains.walk import Chain
from kg.report.field import Field
from kg.views.shapes import Edge, Node

FEWEST_NODES, MOST_NODES = 12, 26  # fewer say no more than the picture of the chains


class Workings:
    """Chains and verdicts of all antibodies of a view."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.escapes = Escapes(StoreLinks(field.opened.store))

    @cached_property
    def _traced(self) -> dict[str, list[Traced]]:
        found: dict[str, list[Traced]] = defaultdict(list)
        for traced in answer_chains(self.field.opened, Wanted()).traced:
            found[traced.chain.antibody].append(traced)
        return found

    @cached_property
    def verdicts(self) -> dict[str, tuple[Verdict, ...]]:
        """Antibody -> a verdict for each escape documented of it, its class or its antigens."""
        return {antibody: coverage_of_antibody(self.escapes, antibody) for antibody in sorted(self.field.antibodies)}

    @cached_property
    def by_kind(self) -> dict[str, list[tuple[str, Verdict]]]:
        """Kind of escape -> antibody and verdict, in the order of antibodies."""
        found: dict[str, list[tuple[str, Verdict]]] = defaultdict(list)
        for antibody, verdicts in self.verdicts.items():
            for verdict in verdicts:
                found[verdict.escape.kind].append((antibody, verdict))
        return found

    def chains(self, antibody: str) -> tuple[Chain, ...]:
        """The chains of an antibody, each once whatever the tumor; best supported first."""
        once = {traced.chain._replace(tumor="").key: traced.chain for traced in self._traced[antibody]}
        return tuple(sorted(once.values(), key=lambda chain: (-chain.support, chain.key)))

    def graph(self, antibody: str) -> tuple[tuple[Node, ...], tuple[Edge, ...]] | None:
        """The chains of an antibody with their escapes as nodes and edges; None where there is too little to draw."""
        once = {traced.chain._replace(tumor="").key: traced for traced in self._traced[antibody]}
        if not once:
            return None
        answer = ChainAnswer(self.field.opened, tuple(once[key] for key in sorted(once)), self.escapes)
        graph, _ = to_graph(answer, MOST_NODES)
        return graph if len(graph[0]) >= FEWEST_NODES else None

    def tally(self, verdicts: Iterable[Verdict]) -> dict[str, int]:
        """How many kinds of escape an antibody works, fails or is unknown under: the worst verdict of a kind counts."""
        worst: dict[str, str] = {}
        order = ("works", "unknown", "fails")
        for verdict in verdicts:
            kind = verdict.escape.kind
            if kind not in worst or order.index(verdict.verdict) > order.index(worst[kind]):
                worst[kind] = verdict.verdict
        return {word: sum(one == word for one in worst.values()) for word in ("works", "fails", "unknown")}
