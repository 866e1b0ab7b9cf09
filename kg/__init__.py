"""A knowledge graph of bispecific antibodies against solid tumors.

    import kg

    graph = kg.open(as_of="2024-12-31")
    graph.ask("pairs-in-tumor", tumor="small cell lung carcinoma").rows
    graph.show("tarlatamab")["arms"]
    graph.rdflib().query("SELECT ...")

For research use; not medical advice. Curation is machine-assisted and no clinician has reviewed it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import rdflib

    from kg.errors import AmbiguousError, KgError, NotFoundError, UsageError
    from kg.knowledge_graph import KnowledgeGraph
    from kg.knowledge_graph import open_graph as open
    from kg.query import Answer, Question, questions

__all__ = [
    "AmbiguousError",
    "Answer",
    "KgError",
    "KnowledgeGraph",
    "NotFoundError",
    "Question",
    "UsageError",
    "graph",
    "open",
    "questions",
]

# Name -> where it is: `import kg` loads no engine until one of these is used.
_PLACES = {
    "AmbiguousError": "kg.errors:AmbiguousError",
    "Answer": "kg.query:Answer",
    "KgError": "kg.errors:KgError",
    "KnowledgeGraph": "kg.knowledge_graph:KnowledgeGraph",
    "NotFoundError": "kg.errors:NotFoundError",
    "Question": "kg.query:Question",
    "UsageError": "kg.errors:UsageError",
    "open": "kg.knowledge_graph:open_graph",
    "questions": "kg.query:questions",
}


def graph() -> rdflib.Graph:
    """The graph of now, without what nobody has read, as an rdflib Graph (read-only)."""
    from kg.knowledge_graph import open_graph

    return open_graph().rdflib()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("bsab-kg")
    if name not in _PLACES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    module, _, attribute = _PLACES[name].partition(":")
    return getattr(import_module(module), attribute)
