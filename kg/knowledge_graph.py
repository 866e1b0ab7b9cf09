"""One view of the graph as a Python object: what the commands do, without the command line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.paths import find_root
from kg.query import Answer
from kg.store import Opened, as_rdflib, make_view, open_store

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

    from kg.chains import ChainAnswer
    from kg.pairs.card import Card
    from kg.pairs.plots import Picture as Plot
    from kg.pairs.ranking import Pairs, Ranking
    from kg.pairs.weights import Weights
    from kg.path_search import FoundPath
    from kg.picture import Picture


class KnowledgeGraph:
    """An open view. Made by `kg.open`; read-only.

    Parameters
    ----------
    opened
        The open store of the view.
    """

    def __init__(self, opened: Opened) -> None:
        self.opened = opened

    def __repr__(self) -> str:
        return f"<KnowledgeGraph: {self.opened.footer()}>"

    def ask(self, question: str, /, **parameters: str | int) -> Answer:
        """The answer to a named question; parameters by their names, entities under any of theirs.

        Raises
        ------
        NotFoundError, AmbiguousError
            No such question, or a name stands for nothing or for several.
        UsageError
            A parameter is unknown, missing or of the wrong type.

        Examples
        --------
        >>> import kg
        >>> [row["label"] for row in kg.open().ask("antibodies-joining", antigen="DLL3", receptor="CD3").rows][:1]
        ['tarlatamab']
        """
        from kg import query

        return query.ask(self.opened, query.question(question), {name: str(v) for name, v in parameters.items()})

    def show(self, term: str) -> dict[str, Any]:
        """All that is known of one entity, as the object of `kg show --format json`.

        Raises
        ------
        NotFoundError, AmbiguousError
            The name stands for nothing, or for several.
        """
        from kg.describe import describe
        from kg.lookup import find

        return describe(self.opened, find(self.opened.store, term)).as_json()

    def sparql(self, text: str) -> Answer | bool | bytes:
        """A read-only query: an Answer for SELECT, a bool for ASK, Turtle for CONSTRUCT and DESCRIBE.

        Raises
        ------
        UsageError
            It is not SPARQL, an update, or calls another server.
        """
        from kg.query import sparql

        return sparql(self.opened, text)

    def stats(self) -> dict[str, Any]:
        """The counts of `kg stats --format json`."""
        from kg.stats import statistics

        return statistics(self.opened).as_json()

    def rdflib(self) -> rdflib.Graph:
        """The default graph as an rdflib Graph: read-only, no copy."""
        return as_rdflib(self.opened)

    def networkx(self) -> nx.MultiDiGraph[str]:
        """Every triple as an edge, without loss: see `kg.network.to_networkx`, and `from_networkx` for the way back."""
        from kg.network import to_networkx

        return to_networkx(self.opened)

    def network(self) -> nx.MultiDiGraph[str]:
        """Entities joined by claims, with support, source and qualifiers: see `kg.network.claim_network`.

        Examples
        --------
        >>> import kg
        >>> network = kg.open().network()
        >>> sorted(network["ab:tarlatamab"])[:2]
        ['arm:tarlatamab.CD3E', 'arm:tarlatamab.DLL3']
        """
        from kg.network import claim_network

        return claim_network(self.opened)

    def chains(
        self, antibody: str = "", *, antigen: str = "", tumor: str = "", effector: str = "", escape: str = "",
        mode: str = "", output: str | PathLike[str] | None = None, max_nodes: int = 200,
    ) -> ChainAnswer:  # fmt: skip
        """The mechanism chains that fit, as `kg chains` finds them, each with the escapes that break it.

        Parameters
        ----------
        antibody, antigen, tumor, effector, escape
            Names; a tumor or a cell stands for its kinds, too. Empty: any.
        mode
            `cis`, `trans` or `soluble`.
        output
            An HTML file to draw the chains into, with at most `max_nodes` nodes.

        Raises
        ------
        NotFoundError, AmbiguousError
            A name stands for nothing, or for several; or there is nothing to draw.
        UsageError
            The mode is none.

        Examples
        --------
        >>> import kg
        >>> found = kg.open().chains("tarlatamab", tumor="small cell lung carcinoma", effector="cytotoxic T cell")
        >>> found.table().rows[0]["effect"]
        'perforin-granzyme killing'
        """
        from kg.chains import answer_chains, read_wanted

        answer = answer_chains(self.opened, read_wanted(self.opened, antibody, antigen, tumor, effector, escape, mode))
        if output is not None:
            from kg.chains.draw import draw_chains

            named = (("of", antibody), ("on", antigen), ("in", tumor), ("by", effector), ("broken by", escape))
            about = " ".join(f"{word} {name}" for word, name in (*named, ("in", mode)) if name)
            draw_chains(answer, f"Mechanism chains {about}".strip(), max_nodes).save(output)
        return answer

    def coverage(self, *names: str) -> Answer:
        """Of each documented escape, whether the rest of an antibody (one name) or of a pair of antigens (two) works.

        Raises
        ------
        NotFoundError, AmbiguousError
            A name stands for nothing, or for several.
        UsageError
            There are no or more than two names, or both stand for one antigen.

        Examples
        --------
        >>> import kg
        >>> rows = kg.open().coverage("amivantamab").rows
        >>> {row["verdict"] for row in rows if row["escape"] == "MET bypass"}
        {'works'}
        """
        from kg.chains import antibody_table, pair_table
        from kg.errors import UsageError

        if len(names) not in (1, 2):
            raise UsageError("takes an antibody, or two antigens", "coverage", 'coverage("amivantamab")')
        return antibody_table(self.opened, *names) if len(names) == 1 else pair_table(self.opened, *names)

    def pairs(
        self,
        tumor: str = "",
        *,
        family: str = "",
        intent: str = "",
        partner: str = "",
        only_open: bool = False,
        top: int = 20,
        weights: str | PathLike[str] | None = None,
    ) -> Ranking:
        """The best antigen pairs of a family for an intent, as `kg pairs` ranks them.

        Parameters
        ----------
        tumor
            A name; empty: each pair on the tumor where it is best.
        family, intent
            Names of `kg.pairs.families.FAMILIES` and of its intents; empty: tumor antigen x tumor antigen, and the
            first intent of the family.
        partner
            An antigen that every pair must hold.
        only_open
            Leave out pairs with a program, ended or going on, in this tumor.
        weights
            A table of own weights.

        Raises
        ------
        NotFoundError, AmbiguousError
            A name stands for nothing, or for several.
        UsageError
            There is no such family or intent, or the partner is on neither side of it.

        Examples
        --------
        >>> import kg
        >>> found = kg.open().pairs("SCLC", family="tumor-antigen-x-trigger", top=3)
        >>> found.pairs[0].pair
        ('CD3E', 'DLL3')
        """
        from kg.pairs.families import DEFAULT, family_named, intent_of
        from kg.pairs.ranking import rank_everywhere, rank_pairs, tumor_named

        chosen = family_named(family or DEFAULT)
        purpose = intent_of(chosen, intent or None)
        wanted = self._weights(weights)[purpose]
        if not tumor:
            return rank_everywhere(self._pairs, chosen, purpose, wanted, top, partner, only_open)
        curie = tumor_named(self.opened, self._pairs, tumor)
        return rank_pairs(self._pairs, chosen, purpose, curie, wanted, top, partner, only_open)

    def explain(self, first: str, second: str, tumor: str = "", *, weights: str | PathLike[str] | None = None) -> Card:
        """What speaks for and against a pair of antigens on a tumor, as `kg explain` tells it.

        Raises
        ------
        NotFoundError, AmbiguousError
            A name stands for nothing, or for several.
        UsageError
            Both names are one antigen, or no family holds the two.

        Examples
        --------
        >>> import kg
        >>> kg.open().explain("EGFR", "MET", "lung adenocarcinoma").openness.value
        'active'
        """
        from kg.pairs import card
        from kg.pairs.ranking import tumor_named

        where = tumor_named(self.opened, self._pairs, tumor) if tumor else ""
        return card.explain(self.opened, self._pairs, first, second, self._weights(weights), where)

    def plot(self, what: Ranking | Card, kind: str = "") -> Plot:
        """A ranking, or a card, as SVG that a notebook shows (extra `plot`).

        Parameters
        ----------
        kind
            Of a card: `levels` (the default: both antigens in tumors and vital places) or `features`.

        Raises
        ------
        KgError
            matplotlib is not installed.
        UsageError
            There is no such kind.
        """
        from kg.errors import UsageError
        from kg.pairs import plots
        from kg.pairs.card import Card

        if not isinstance(what, Card):
            return plots.plot_ranking(what)
        if kind not in ("", "levels", "features"):
            raise UsageError(f"no picture {kind!r} of a card", "plot", "levels or features")
        return plots.plot_features(what) if kind == "features" else plots.plot_levels(self._pairs.levels, what)

    @cached_property
    def _pairs(self) -> Pairs:
        from kg.expression import open_expression
        from kg.pairs.ranking import read_pairs

        return read_pairs(self.opened, open_expression(self.opened.root))

    def _weights(self, own: str | PathLike[str] | None) -> Weights:
        from kg.pairs.weights import read_weights

        return read_weights(self.opened.root, Path(own) if own is not None else None)

    def paths(
        self,
        start: str,
        end: str,
        count: int = 3,
        *,
        allow: Sequence[str] | None = None,
        through: Sequence[str] = (),
        max_edges: int = 8,
        output: str | PathLike[str] | None = None,
    ) -> tuple[FoundPath, ...]:
        """The best paths between two entities, as `kg path` finds them; best first, none where there is none.

        Parameters
        ----------
        allow
            Edge types to walk, such as `hasArm`; None are those of `kg.network.ALLOWED`.
        through
            Kinds of node to pass beside those of `kg.path_search.PASSED`.
        max_edges
            The most edges of a path.
        output
            An HTML file to draw the paths into.

        Raises
        ------
        NotFoundError, AmbiguousError
            A name stands for nothing, or for several.
        UsageError
            Both ends are the same, or a type or a kind is unknown.

        Examples
        --------
        >>> import kg
        >>> [best] = kg.open().paths("tarlatamab", "DLL3", 1)
        >>> [step.label for step in best.steps]
        ['has arm', 'binds']
        """
        from kg.lookup import find
        from kg.network import ALLOWED, claim_network
        from kg.path_search import drawn_paths, edge_types, find_paths, node_kinds

        begin, goal = (find(self.opened.store, name) for name in (start, end))
        network = claim_network(self.opened)
        found = find_paths(
            network,
            begin.curie,
            goal.curie,
            count,
            allow=ALLOWED if allow is None else edge_types(network, allow),
            max_edges=max_edges,
            through=node_kinds(through),
        )
        if output is not None:
            from kg.picture import draw

            nodes, edges = drawn_paths(self.opened, network, found)
            title = f"Paths from {begin.label} to {goal.label}"
            draw(self.opened, nodes, edges, title, center=begin.curie, layout="rings").save(output)
        return found

    def export(self, form: str, path: str | PathLike[str]) -> tuple[str, ...]:
        """Write this view as one file; returns what the format leaves out, in words.

        Parameters
        ----------
        form
            graphml, gexf, jsonld, ttl, nq or tsv.

        Raises
        ------
        UsageError
            There is no such format, or `path` is a directory.
        """
        from kg.export import export
        from kg.output import write_file

        made = export(self.opened, form)
        write_file(Path(path), made.content)
        return made.loses

    def view(
        self, terms: str | Sequence[str] = (), path: str | PathLike[str] | None = None, *, chains: bool = False,
        construct: str = "", depth: int = 2, max_nodes: int = 200,
    ) -> Picture:  # fmt: skip
        """A picture that needs no network: the neighborhood of entities, their chains, or what a query constructs.

        A notebook shows it in a frame of its own.

        Parameters
        ----------
        terms
            One or more entities; `EGFR x MET` is a pair.
        path
            An HTML file to write it into, too.
        chains
            Mechanism chains that have all the terms, in place of the neighborhood; `depth` says nothing then.
        construct
            A CONSTRUCT query, in place of terms; a comment in its first line is the title.
        depth
            Steps from the terms.

        Raises
        ------
        NotFoundError, AmbiguousError
            A name stands for nothing, or for several; or there is nothing to draw.
        UsageError
            There are both terms and a query, or neither; or the terms do not fit the chains.

        Examples
        --------
        >>> import kg
        >>> picture = kg.open().view("tarlatamab", depth=1)
        >>> picture.title, picture.left_out
        ('tarlatamab', 0)
        """
        from kg.errors import UsageError
        from kg.neighborhood import neighborhood, starts
        from kg.picture import draw

        names = [terms] if isinstance(terms, str) else list(terms)
        if bool(names) == bool(construct) or (construct and chains):
            raise UsageError("give entities or a query", "view", "kg view tarlatamab, or kg view --construct FILE.rq")
        if construct:
            from kg.constructed import constructed, title_of

            nodes, edges, left_out = constructed(self.opened, construct, max_nodes)
            picture = draw(self.opened, nodes, edges, title_of(construct), left_out=left_out)
        else:
            matches = starts(self.opened.store, names)
            title = " and ".join(match.label for match in matches)
            if chains:
                from kg.chains.draw import chains_around, draw_chains

                picture = draw_chains(chains_around(self.opened, matches), f"Mechanism chains: {title}", max_nodes)
            else:
                nodes, edges, left_out = neighborhood(self.opened, [match.curie for match in matches], depth, max_nodes)
                picture = draw(self.opened, nodes, edges, title, center=matches[0].curie, left_out=left_out)
        if path is not None:
            picture.save(path)
        return picture


def open_graph(
    as_of: str | None = None, include_unread: bool = False, root: str | PathLike[str] | None = None
) -> KnowledgeGraph:
    """Open a view: now, or what was known by a day; without or with what nobody has read.

    Parameters
    ----------
    as_of
        YYYY, YYYY-MM or YYYY-MM-DD (a partial date means its last day); None is now.
    include_unread
        Also claims whose source was not read.
    root
        Another tree with `ontology/` and `data/`.

    Raises
    ------
    KgError
        The tree or the date is none.
    """
    return KnowledgeGraph(open_store(find_root(root), make_view(as_of, include_unread)))
