"""The registry of rankers: what is judged, and what it stands beside.

    from kg.benchmark.rankers import register

    register("mine", lambda training: ..., kind="ours", undated=("expression",))

A ranker takes a `Training` and returns n x m scores: float32, higher is better, NaN where it ranks nothing. Of a
symmetric family only the upper triangle is read. It must be deterministic.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import numpy as np

from kg.benchmark.training import Scores, Training
from kg.errors import KgError, NotFoundError

KINDS = ("baseline", "ours")
UNDATED = ("expression", "surface votes", "classes")

Score = Callable[[Training], Scores]


@dataclass(frozen=True, slots=True)
class Ranker:
    """A way to rank the pairs of a family.

    Parameters
    ----------
    kind
        `baseline` or `ours`.
    undated
        Which of `UNDATED` it uses.
    families
        Names of the families that it can rank; all, if empty.
    about
        What it is, in one line.
    """

    name: str
    score: Score
    kind: str
    undated: tuple[str, ...] = ()
    families: frozenset[str] = frozenset()
    about: str = ""

    def __call__(self, training: Training) -> Scores:
        """The scores, checked.

        Raises
        ------
        KgError
            They have the wrong shape or type.
        """
        scores = self.score(training)
        if scores.shape != training.shape or scores.dtype != np.float32:
            found = f"{scores.dtype} of {scores.shape}"
            raise KgError(f"gives {found}, not float32 of {training.shape}", f"ranker {self.name}", "mend the ranker")
        return scores


_REGISTRY: dict[str, Ranker] = {}


def register(
    name: str,
    score: Score,
    *,
    kind: str = "ours",
    undated: Iterable[str] = (),
    families: Collection[str] = (),
    about: str = "",
) -> Ranker:
    """Add a ranker to those that `kg benchmark` runs, and return it.

    Raises
    ------
    ValueError
        The name is taken, or the kind or what is undated is none.
    """
    used = tuple(undated)
    if name in _REGISTRY:
        raise ValueError(f"a ranker is called {name!r} already")
    if kind not in KINDS or not set(used) <= set(UNDATED):
        raise ValueError(f"kind is one of {KINDS}, undated are some of {UNDATED}")
    _REGISTRY[name] = Ranker(name, score, kind, used, frozenset(families), about)
    return _REGISTRY[name]


def rankers(family: str = "", names: Collection[str] = ()) -> tuple[Ranker, ...]:
    """The rankers that can rank a family, baselines first, each kind in the order in which it was registered.

    Raises
    ------
    NotFoundError
        A name is none.
    """
    from kg.benchmark import shipped  # noqa: F401 - they register themselves

    unknown = sorted(set(names) - _REGISTRY.keys())
    if unknown:
        raise NotFoundError(f"no ranker is called {unknown[0]!r}", "--ranker", f"there are: {', '.join(_REGISTRY)}")
    found = [
        ranker
        for ranker in _REGISTRY.values()
        if (not names or ranker.name in names) and (not family or not ranker.families or family in ranker.families)
    ]
    return tuple(sorted(found, key=lambda ranker: KINDS.index(ranker.kind)))
