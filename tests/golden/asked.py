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
    "antibodies-by-format": {},
    "antibodies-by-mechanism": {},
    "antibodies-in-tumor": {"tumor": "lung carcinoma"},
    "antibodies-joining": {"antigen": "ERBB2"},
    "antibodies-joining+dual-action": {"antigen": "EGFR"},
    "antibodies-joining+engager": {"antigen": "DLL3", "receptor": "CD3"},
    "antigen-cut-offs": {},
    "antigen-profile": {"antigen": "HER2"},  # the name of the field stands for the symbol
    "antigen-profile+toxicity": {"antigen": "DLL3"},
    "antigens-by-location": {},
    "antigens-by-programs": {},
    "antigens-on-tumor": {"tumor": "lung carcinoma"},
    "approvals": {},
    "changes-since": {"since": "2020-12-31"},
    "claims-by-level": {"antibody": "two-site"},
    "contested-claims": {},
    "counter-measures": {},
    "cover-when-lost": {"antigen": "EGFR"},
    "disclosures-of-pair": {"antigen": "ERBB2"},
    "disclosures-of-pair+proposal": {"antigen": "EGFR", "second": "DLL3"},
    "effector-receptors": {},
    "escapes-by-agent-class": {"agent": "bispecific"},
    "escapes-by-level": {},
    "escapes-in-tumor": {"tumor": "lung carcinoma"},
    "escapes-of-antigen": {"antigen": "DLL3"},
    "escapes-under-antibody": {"antibody": "engager one"},
    "evidence-for-claim": {"claim": "claim:2dcb15e957a72d93"},  # DLL3, escaped through, antigen loss, in SCLC
    "evidence-from-source": {"source": "PMID:1007"},
    "evidence-from-source+not-alone": {"source": "PMID:1010"},
    "first-in-clinic": {},
    "known-by-field": {},
    "logic-and-format": {"antigen": "DLL3", "second": "CD3", "tumor": "lung carcinoma"},
    "mechanism-chains": {"antibody": "engager one"},
    "pair-in-context": {"pair": "EGFR x MET"},
    "pairs-by-family": {},
    "pairs-in-tumor": {"tumor": "lung carcinoma"},
    "pairs-in-tumor+undated-stop": {"tumor": "gastric carcinoma"},
    "pairs-without-program": {"tumor": "lung carcinoma"},
    "precedents-of-antigen": {"antigen": "ERBB2"},
    "refuted-claims": {},
    "regimens-of-antibody": {"antibody": "dual block"},
    "results-of-antibody": {"antibody": "engager one"},
    "review-since": {},
    "sequencing-after": {"antibody": "dual block"},
    "shared-escape": {"antibody": "dual block"},
    "sources-by-claims": {},
    "stopped-programs": {},
    "toxicity-by-format": {},
    "toxicity-of-pair": {"antigen": "DLL3", "second": "CD3"},
    "trials-of-antibody": {"antibody": "engager one"},
    "trials-of-antibody+first-of-another": {"antibody": "two-site"},
    "tumors-by-programs": {},
    "unknown-about": {"antibody": "engager one"},
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
