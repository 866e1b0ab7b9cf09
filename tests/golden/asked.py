"""What the golden tables answer on the toy graph, and how they are written anew: `python tests/golden/asked.py`.

A table is worked out by hand from `tests/toy/data` before its output is looked at. Writing them anew only saves the
typing: read every changed line of `git diff tests/golden` against the toy tables, and say in the commit why it changed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from kg.query import ask, question
from kg.store import Opened
from kg.tabular import render

HERE = Path(__file__).resolve().parent

# Name of a table (the question, or the question, a plus and what the case shows) -> parameters.
ASKED: dict[str, dict[str, str]] = {
    "against-comparator": {},
    "antibodies-joining": {"antigen": "ERBB2"},
    "antibodies-joining+dual-action": {"antigen": "EGFR"},
    "antibodies-joining+engager": {"antigen": "DLL3", "receptor": "CD3"},
    "antigens-by-programs": {},
    "changes-since": {"since": "2020-12-31"},
    "contested-claims": {},
    "cover-when-lost": {"antigen": "EGFR"},
    "escapes-by-agent-class": {"agent": "bispecific"},
    "escapes-of-antigen": {"antigen": "DLL3"},
    "evidence-for-claim": {"claim": "claim:2dcb15e957a72d93"},  # DLL3, escaped through, antigen loss, in SCLC
    "mechanism-chains": {"antibody": "engager one"},
    "pairs-in-tumor": {"tumor": "lung carcinoma"},
    "pairs-in-tumor+undated-stop": {"tumor": "gastric carcinoma"},
    "shared-escape": {"antibody": "dual block"},
    "stopped-programs": {},
    "trials-of-antibody": {"antibody": "engager one"},
    "trials-of-antibody+first-of-another": {"antibody": "two-site"},
}


def answered(opened: Opened, name: str) -> str:
    """The answer as `kg ask --format tsv` prints it."""
    asked = question(name.partition("+")[0])
    return render(ask(opened, asked, ASKED[name]), "tsv")


def main() -> None:
    """Write every table."""
    import sys

    sys.path.insert(0, str(HERE.parent))
    from conftest import make_toy

    from kg.store import open_store
    from kg.triples import build
    from kg.view import View

    with tempfile.TemporaryDirectory() as folder:
        root = make_toy(Path(folder) / "toy")
        build(root)
        opened = open_store(root, View())
        for name in ASKED:
            (HERE / f"{name}.tsv").write_text(answered(opened, name), encoding="utf-8")


if __name__ == "__main__":
    main()
