"""The rankers that are shipped. Importing this module registers them, once and in this order."""

from __future__ import annotations

from functools import partial

from kg.benchmark import combined, embedding, expression_baselines, graph_baselines, learned, own
from kg.benchmark.rankers import register
from kg.pairs.families import FAMILIES
from kg.pairs.scores import INTENTS

register("random", graph_baselines.random, kind="baseline", about="seeded numbers")
register("degree-product", graph_baselines.degree_product, kind="baseline", about="number of partners, multiplied")
register("popular-arm", graph_baselines.popular_arm, kind="baseline", about="antibodies on the more popular antigen")
register("common-neighbors", graph_baselines.common_neighbors, kind="baseline", about="partners that both have")
register("adamic-adar", graph_baselines.adamic_adar, kind="baseline", about="shared partners, rare ones count more")
register("degree-regression", graph_baselines.degree_regression, kind="baseline", about="logistic, of both degrees")
register(
    "expression",
    expression_baselines.tumor_over_normal,
    kind="baseline",
    undated=("expression",),
    about="highest tumor median of both over worst normal tissue of both",
)
register(
    "dannenfelser",
    expression_baselines.and_gate,
    kind="baseline",
    undated=("expression",),
    about="clustering score of Dannenfelser 2020, on medians and quartiles",
)
register("graph-embedding", embedding.graph_embedding, kind="baseline", about="factorized random walks (NetMF)")
register("permuted-graph", graph_baselines.permuted_graph, kind="baseline", about="Adamic-Adar, degrees kept")
register(
    "learned",
    learned.learned,
    kind="ours",
    undated=("expression", "surface votes"),
    about="logistic regression of antigen and pair features",
)
register("learned-dated", learned.learned_dated, kind="ours", about="the same, of dated features alone")
for intent, purpose in INTENTS.items():
    register(
        f"pairs-{intent}",
        partial(own.score_of_intent, intent=intent),
        kind="ours",
        undated=("expression", "surface votes"),
        families=[family.name for family in FAMILIES.values() if intent in family.intents],
        about=f"score of kg pairs: {purpose}",
    )
register(
    "known-and-fit",
    combined.known_and_fit,
    kind="ours",
    undated=("expression", "surface votes"),
    about="antibodies and precedents of both antigens by the day, and the score of kg pairs, alike",
)
