"""Write the reference pages of this folder from the code and the data, and the figures of the README.

python docs/generate.py            write what is stale
python docs/generate.py --check    write nothing; exit code 1 when a page is stale
"""

from __future__ import annotations

import argparse
import json
import posixpath
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ontology_page import ontology_page, ontology_picture

from kg import tables
from kg.benchmark.log import read_table
from kg.benchmark.protocol import NAMED_RANKERS
from kg.chains import answer_chains, read_wanted
from kg.describe import describe
from kg.facts import load_facts
from kg.facts.course import _PROPERTIES as PROPERTIES
from kg.facts.target import _TRAITS as TRAITS
from kg.knowledge_graph import KnowledgeGraph
from kg.lookup import KINDS, find
from kg.output import write_file
from kg.pairs.families import FAMILIES
from kg.pairs.openness import estimate_unseen
from kg.paths import Root, find_root
from kg.query import TEXT_TYPES, ask, question, questions, records
from kg.stats import statistics
from kg.store import open_store
from kg.tabular import render
from kg.validate import rules, run_rules
from kg.view import View
from kg.vocabulary import read_vocabulary

FOLDER = Path(__file__).resolve().parent
sys.path.append(str(FOLDER.parent / "benchmarks"))
import audit  # noqa: E402 - of the neighboring folder
import performance_page  # noqa: E402

NOTICE = "<!-- Written by docs/generate.py; do not edit. -->\n"

# Kinds of a column that the patterns of `kg.tables` do not describe. A kind that stands in neither is an error.
KINDS_IN_WORDS = {
    "text": "any text without tabs",
    "date": "YYYY, YYYY-MM or YYYY-MM-DD",
    "columns": "names of columns of this table",
    "antigen": "a key of the table `antigens`",
    "epitope": "a key of the table `epitopes`",
    "property": "one of the properties below",
    "trait": "one of the traits below",
}

# What the columns of a table cannot say.
REMARKS = {
    "traits": (
        "Topology and lengths are those of UniProt's canonical chain, as SURFY wrote them down in 2018; a few are\n"
        "predictions of Phobius, and say so. Lengths count residues along the chain, not nanometers. They include\n"
        "what is cut off later (propeptides, the shed half of a mucin), since topology does not tell it. Nothing is\n"
        "computed for a GPI-anchored protein, whose anchor site topology does not tell either, for an antigen that\n"
        "SURFY does not list (STEAP1, CD3E), or for an epitope, whose residues no table at hand has.\n"
        "`membrane-distance` is a bound for all epitopes: from the farthest extracellular residue to the nearest\n"
        "membrane segment.",
        "`surface-vote` has one row a resource that lists the antigen; `surface-votes` is how many of the seven do.\n"
        "Zero is asked and not listed; no row is not asked.",
    ),
    "precedents": (
        "Antibodies of the graph are told by their arms and events, not here. One drug has a row for each statement:\n"
        "an approval, a withdrawal, a failed trial. `unknown` means that the source does not say what became of it.",
    ),
    "disclosures": (
        "What joins two antigens and is no antibody of the graph: dual CAR-T cells, bispecific conjugates, research\n"
        "antibodies. They make no pair of the graph; what is ranked by time counts them beside its pairs. `on` is the\n"
        "day of the trace itself: when the article, the application or the abstract was published, or else what the\n"
        "note says. `proposal` is for pairs that somebody computed or argued for and did not make.",
    ),
}

# The keys of the JSON objects. Keys that are not told here, or told and not there, are an error.
SHOW_KEYS = {
    "id": "CURIE of the entity",
    "label": "its one label",
    "type": "kind of entity: antibody, antigen, tumor, pair, ...",
    "synonyms": "its other names and notations, sorted",
    "arms": "for an antibody only: its arms",
    "statements": "what describes it and what is claimed of it, of its arms (for an antibody), and through it",
}
ARM_KEYS = {
    "id": "CURIE of the arm",
    "antigen": "HGNC symbol, or `GLYCAN:` or `HAPTEN:` key; null when the arm has none",
    "epitope": "label of the epitope; null when not known",
    "role": "notation of the role",
    "valency": "number of binding sites; null when not known",
    "moiety": "notation of the moiety; null when not known",
}
STATEMENT_KEYS = {
    "about": "whom the statement is about, when it is not the entity itself: an arm, or the subject of a claim",
    "property": "label of the property",
    "value": "the object as people read it; `this` when the entity is the object",
    "value_id": "CURIE of the object, or of the subject when the entity is the object; empty for text and numbers",
    "claim": "CURIE of the claim; empty for what describes the entity without being a claim",
    "reading": "best reading state of its evidence lines; empty without a claim",
    "support": "support of the claim, 0 to 1; null without a claim",
    "contested": "whether lines of the view both support and refute it",
    "refuted": "whether no line of the view supports it",
    "evidence": "its evidence lines",
}
LINE_KEYS = {
    "source": "CURIE or address of the source",
    "locator": "where in the source it stands",
    "level": "notation of the evidence level",
    "stance": "supports, refutes or inconclusive",
    "reading": "read, record or unread",
    "date": "day, or `first day to last day` of a partial date; empty when undated",
    "note": "short remark",
    "observation": "CURIE of the escape observation that the line reports, if it does",
}
STATS_KEYS = {
    "root": "folder that holds `ontology/` and `data/`",
    "data_version": "sha256 of `data/MANIFEST`",
    "as_of": "day up to which the view tells",
    "view": "`read and record`, or `with unread claims`",
    "store": "folder of the compiled store, or `memory`",
    "triples": "triples of the store, the vocabulary included; inferred types are not",
    "entities": "entities by class",
    "claims_by_reading": "claims by the best reading state of their lines; a claim counts once",
    "claims_by_predicate": "claims by property",
    "evidence_by_level": "evidence lines by level",
    "evidence_by_stance": "evidence lines by stance",
    "evidence_by_source": "evidence lines by data set; papers, registries and pages together",
    "headline": "numbers that people ask for",
}
PATH_KEYS = {
    "support": "support of the path, 0 to 1: the product of the support of its steps",
    "weakest": "the least support among its steps",
    "contested": "whether a step is contested",
    "steps": "its steps, in order",
}
STEP_KEYS = {
    "from": "CURIE of the node that the step leaves",
    "from_label": "its label",
    "to": "CURIE of the node that it reaches",
    "to_label": "its label",
    "predicate": "CURIE of the edge type",
    "link": "label of the edge type",
    "forward": "whether it is said in this direction: `from` is the subject",
    "claim": "CURIE of the claim; empty for what needs no claim, such as the antigen of an epitope",
    "support": "support of the claim, 0 to 1; null without a claim, which counts as 1",
    "contested": "whether lines of the view both support and refute it",
    "source": "CURIE or address of its best source; empty without a claim",
}
CHAIN_KEYS = {
    "mode": "`cis`, `trans` or `soluble`: how the two targets lie; null where it is not known",
    "antibody": "`id` and `label`; so are the parts below, null where a part is not there",
    "holding_arm": "the arm that keeps the antibody in place: a tumor arm or, where there is none, any other",
    "held": "the antigen that it binds",
    "acting_arm": "the arm that acts, or the Fc activity",
    "target": "the receptor or antigen that it acts on",
    "cell": "the effector cell that carries the receptor",
    "function": "what the cell then does",
    "effect": "how the chain kills or blocks",
    "tumor": "a tumor that the antibody was tested in",
    "support": "support of the chain, 0 to 1: the product over its links",
    "weakest": "CURIE of the claim of its weakest link; null where that holds by definition",
    "contested": "whether sources contradict each other on one of its links",
    "links": "its links: `from`, `relation`, `to`, `text`, `claim` (null: by definition), `support`, `contested`, and "
    "the best `source`",
    "escapes": "the documented escapes that break it: `kind`, `scope`, the links that it `breaks`, the `antigens` that "
    "it concerns, `tumor`, `direct` (seen in patients on a bispecific in a solid tumor), `timing`, `support`, "
    "`contested`, `claims`, and `counters`: `basis` (`documented`, or `by structure`: it follows from arms and "
    "vocabulary), `kind`, `by` (arms or antibodies), `text`, `outcome`, `claim` and `source`",
}
CHECK_KEYS = {
    "severity": "error, warning or info",
    "rule": "name of the rule or check",
    "where": "`file:line`, CURIE or path",
    "what": "what is wrong",
    "hint": "what to do",
}
STATS_AS_OF = "2015-12-31"  # an early day: the numbers of the example seldom change


METRICS_TOLD = ("auroc", "average_precision", "hits_100", "enrichment")


def row(cells: Iterable[str]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def table(header: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    return row(header) + row(["---"] * len(header)) + "".join(row(cells) for cells in rows)


def block(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def as_json(value: object) -> str:
    return block(json.dumps(value, ensure_ascii=False, indent=1), "json")


def described(keys: Mapping[str, str], found: Iterable[str], what: str) -> str:
    """A table of keys, after making sure that these are the keys that there are."""
    if set(keys) != set(found):
        raise SystemExit(f"docs/generate.py: keys of {what}: {sorted(set(keys) ^ set(found))} told here or there only")
    return table(("key", "what"), ((f"`{key}`", text) for key, text in keys.items()))


def kind_in_words(kind: str) -> str:
    if kind.startswith("term:"):
        name = kind.removeprefix("term:")
        return f"[{name}](#{name.lower()})"
    return KINDS_IN_WORDS[kind] if kind in KINDS_IN_WORDS else tables.SHAPES[kind][1]


def value_in_words(kind: str, vocabulary: Mapping[str, object]) -> str:
    if kind in vocabulary:
        return kind_in_words(f"term:{kind}")
    return kind_in_words(kind)


def columns(of: Sequence[tables.Column]) -> str:
    def flags(column: tables.Column) -> str:
        return ", ".join(text for text, on in (("required", column.required), ("list, `;` between", column.many)) if on)

    return table(
        ("column", "meaning", "form", ""),
        ((f"`{column.name}`", column.doc, kind_in_words(column.kind), flags(column)) for column in of),
    )


def tables_page(root: Root) -> str:
    parts = [
        "# Tables\n",
        "All facts stand in tab-separated files: `data/sources.tsv`, `data/curated/*.tsv` (typed by hand) and\n"
        "`data/imported/*.tsv` (written by `kg import`). The name of a file up to its first hyphen names its table:\n"
        "`arms.tsv` and `arms-a.tsv` are both the table `arms`. The rows of all files of a table count together.\n",
        "Files are UTF-8 without a byte order mark, lines end with LF, and the header holds exactly the columns\n"
        "below, in this order. No cell holds a tab, a line end, or blanks around its value. `kg build` reports every\n"
        "complaint as `file:line` and writes nothing when there is one.\n",
    ]
    vocabulary = read_vocabulary(root.ontology)
    used = {kind for _, kind in (*PROPERTIES.values(), *TRAITS.values()) if kind in vocabulary}
    for one in tables.TABLES.values():
        parts.append(f"## {one.name}\n\n{one.doc}\n")
        if one.key:
            parts.append(f"No two rows share: {', '.join(f'`{name}`' for name in one.key)}.\n")
        parts.append(columns(one.columns))
        for name, column, known in (("properties", "property", PROPERTIES), ("traits", "trait", TRAITS)):
            if one.name == name:
                forms = ((f"`{word}`", value_in_words(kind, vocabulary)) for word, (_, kind) in known.items())
                parts.append(table((column, "form of its value"), forms))
        parts += [f"{text}\n" for text in REMARKS.get(one.name, ())]
        if one.evidence:
            parts.append("Then the [evidence columns](#evidence-columns).\n")
        used |= {column.kind.removeprefix("term:") for column in one.all_columns if column.kind.startswith("term:")}
    parts.append(
        "## Evidence columns\n\nEvery table of facts ends with these. One row is one evidence line; two rows that say "
        "the same\nwith two sources make one claim with two lines. A row that was `read`, or is a `record`, has a "
        "locator.\n"
    )
    parts.append(columns(tables.EVIDENCE))
    parts.append("## Controlled words\n\nThe notations of `ontology/bsab.ttl`, by class. Definitions stand there.\n")
    for name in sorted(used):
        parts.append(f"### {name}\n\n{', '.join(f'`{notation}`' for notation in vocabulary[name])}\n")
    parts.append(
        "## Other files\n\n"
        "- `data/support.tsv`: the support of a claim by `level` and `stance`, between 0 and 1, with its `reason`.\n"
        "- `data/crosswalks/*.tsv`: how words of an upstream map to ours; each is read by the adapters that need it.\n"
        "- `data/expression/universe.tsv`: every antigen with expression, its identifiers, and which of six sources\n"
        "  say that it is on the surface (the sixth column); written by `kg import universe`.\n"
        "- `data/expression/kind-source.npz`: dense numbers of antigens (`universe.tsv`), written by `kg import`;\n"
        "  `kg.expression.KINDS` says what each kind is. `SHA256SUMS` lists them. What comes from HPA ends in `-hpa`.\n"
        "- `data/triples/*.ttl` and `data/MANIFEST`: written by `kg build`, never edited. MANIFEST lists `path`,\n"
        "  `sha256`, number of `triples` and `graph` of each file; its own sha256 is the data version.\n"
    )
    return NOTICE + "\n" + "\n".join(parts)


def questions_page() -> str:
    known = questions()
    parts = [
        "# Named questions\n",
        "`kg ask` lists them, `kg ask NAME -p name=value` answers one. Each is one file in `kg/questions/`. The\n"
        "number says which of the project's fourteen questions it belongs to; a number asks the first of the\n"
        "questions with that number. `--as-of DATE` and `--include-unread` choose the view.\n",
        "A parameter of type `text`, `integer` or `date` is taken as it is. Any other type is a kind of\n"
        "entity: a label, a synonym or a CURIE will do, and an unknown or ambiguous name is an error.\n",
        "A column of a kind of entity holds CURIEs; a `source` is a paper, a page, a record of a trial or a data set.\n"
        "A `date` is as exact as it is known: a day, a month or a year. A `word` is the notation of a\n"
        "controlled term.\n",
        table(
            ("number", "question", "asks"),
            ((str(one.number), f"[{one.name}](#{one.name})", one.question) for one in known),
        ),
    ]
    for one in known:
        parts.append(f"## {one.name}\n\n{one.title}. {one.question}\n")
        if one.parameters:
            for parameter in one.parameters:
                assert parameter.type in (*KINDS, *TEXT_TYPES)
            parts.append(
                table(
                    ("parameter", "type", "default", "meaning"),
                    (
                        (
                            f"`{p.name}`",
                            p.type,
                            "required" if p.required else f"`{p.default}`" if p.default else "none: all of them",
                            p.text,
                        )
                        for p in one.parameters
                    ),
                )
            )
        else:
            parts.append("It has no parameters.\n")
        typed = zip(one.columns, one.types, strict=True)
        parts.append(f"Columns: {', '.join(f'`{name}` ({kind})' for name, kind in typed)}.\n")
        parts.append(block(one.example, "sh"))
    return NOTICE + "\n" + "\n".join(parts)


def show_example(root: Root) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON of `kg show tarlatamab`: whole, and cut short to one statement with one evidence line."""
    opened = open_store(root, View())
    whole = describe(opened, find(opened.store, "tarlatamab")).as_json()
    claimed = next(one for one in whole["statements"] if one["evidence"] and one["property"] == "has arm")
    short = dict(whole) | {"statements": [dict(claimed) | {"evidence": claimed["evidence"][:1]}]}
    return whole, short


def stats_example(root: Root) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON of `kg stats` on an early day: whole, and with the first two counts of each group."""
    whole = statistics(open_store(root, View(STATS_AS_OF))).as_json()
    short = {key: dict(list(value.items())[:3]) if isinstance(value, dict) else value for key, value in whole.items()}
    # What differs from machine to machine and from build to build.
    here = {"root": "/home/you/bsab-kg", "data_version": "<sha256>", "store": "/home/you/.cache/bsab-kg/stores/<key>"}
    return whole, short | here


def path_example(root: Root) -> dict[str, Any]:
    """The JSON of one short path."""
    (found,) = KnowledgeGraph(open_store(root, View())).paths("tarlatamab", "DLL3", 1)
    return found.as_json()


def chain_example(root: Root) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON of one chain: whole, and with one link and one escape with one counter."""
    opened = open_store(root, View())
    wanted = read_wanted(opened, antibody="tarlatamab", tumor="small cell lung carcinoma", escape="antigen loss")
    whole = answer_chains(opened, wanted).as_json()[0]
    escape = next(one for one in whole["escapes"] if one["counters"])
    shorter = dict(escape) | {"counters": escape["counters"][:1]}
    return whole, dict(whole) | {"links": whole["links"][:1], "escapes": [shorter]}


def check_example(root: Root) -> dict[str, str]:
    """The first finding of the rules, as `kg check --all --format json` gives it."""
    facts = load_facts(root).facts
    where = {curie: entity.where for curie, entity in facts.entities.items()}
    found = sorted(run_rules(open_store(root, View()).store, where))
    if not found:
        raise SystemExit("docs/generate.py: the rules find nothing; give docs/json.md another example")
    return {key: getattr(found[0], key) for key in CHECK_KEYS}


def json_page(root: Root) -> str:
    whole, short = show_example(root)
    statement, arm = whole["statements"][0], whole["arms"][0]
    counted, numbers = stats_example(root)
    path = path_example(root)
    chain, short_chain = chain_example(root)
    asked = question("contested-claims")
    answer = ask(open_store(root, View()), asked, {})
    parts = [
        "# JSON\n",
        "`--format json` writes JSON to stdout; words go to stderr (`-q` silences them). The examples are real and\n"
        "cut short.\n",
        "## Tables\n\nEvery answer of `kg ask` and every SELECT of `kg sparql` is an array with one object a row. Its\n"
        "keys are the columns, in order. IRIs are written as CURIEs where a prefix fits, numbers and booleans as\n"
        "such, and what is missing as `null`. No rows: `[]`.\n",
        block(asked.example + " --format json", "sh"),
        as_json([dict(one) for one in answer.rows[:1]]),
        "`kg ask --format json` without a question lists the questions in the same way. An ASK query gives `true` or\n"
        "`false`; CONSTRUCT and DESCRIBE give Turtle whatever the format.\n",
        "## kg show\n",
        block("kg show tarlatamab --format json", "sh"),
        as_json(short),
        described(SHOW_KEYS, whole, "kg show"),
        "An arm has these keys. A key with several values, such as the two antigens of a dual-action Fab, holds an "
        "array.\n",
        described(ARM_KEYS, arm, "an arm"),
        "A statement:\n",
        described(STATEMENT_KEYS, statement, "a statement"),
        "An evidence line:\n",
        described(LINE_KEYS, short["statements"][0]["evidence"][0], "an evidence line"),
        "## kg chains\n\nAn array of chains. No chain: `[]`. `kg coverage` gives an array with one object a row, like\n"
        "every table.\n",
        block("kg chains --antibody tarlatamab --tumor SCLC --escape 'antigen loss' --format json", "sh"),
        as_json([short_chain]),
        described(CHAIN_KEYS, chain, "kg chains"),
        "## kg path\n\nAn array of paths, best first. No path: `[]`.\n",
        block("kg path tarlatamab DLL3 -k 1 --format json", "sh"),
        as_json([path]),
        described(PATH_KEYS, path, "kg path"),
        "A step:\n",
        described(STEP_KEYS, path["steps"][0], "a step"),
        "## kg stats\n",
        block(f"kg stats --as-of {STATS_AS_OF} --format json", "sh"),
        as_json(numbers),
        described(STATS_KEYS, counted, "kg stats"),
        "## kg check\n\nAn array of findings, errors first; `--all` adds those that are only information. The exit\n"
        "code is 1 when one is an error.\n",
        block("kg check --all --format json", "sh"),
        as_json([check_example(root)]),
        described(CHECK_KEYS, CHECK_KEYS, "kg check"),
    ]
    return NOTICE + "\n" + "\n".join(parts)


def rules_page() -> str:
    known = rules()
    order = {"error": 0, "warning": 1, "info": 2}
    parts = [
        "# Rules\n",
        "`kg check` runs everything on this page. An `error` fails it (exit code 1), a `warning` is shown, an `info`\n"
        "is shown with `--all`. The rules are run on the default view and on the view with unread claims.\n",
        "## Before the rules\n",
        table(
            ("check", "promise", "where it runs"),
            (
                ("tables", "every row is what its table declares", "everywhere; with a complaint nothing else runs"),
                ("provenance", "every cited data set that is a file has its checksum", "everywhere"),
                ("fresh", "every generated file is what the tables say", "in a checkout"),
                ("checksum", "every generated file is what MANIFEST says", "everywhere"),
                ("shape", "the graph fits `ontology/shapes.ttl` (SHACL)", "with the extra `check`"),
                (
                    "reasoner",
                    "vocabulary and arms do not contradict each other, any class can have an instance, and the axioms "
                    "give the same kinds of antibodies and arms as `kg/inferences`",
                    "with the extra `check`",
                ),
            ),
        ),
        "## The rules\n\nEach is one SPARQL file in `kg/rules/`.\n",
    ]
    for one in sorted(known, key=lambda rule: (order[rule.severity], rule.name)):
        parts.append(f"### {one.name}\n\n{one.severity}: {one.promise}\n\nHint: {one.hint}.\n")
    return NOTICE + "\n" + "\n".join(parts)


def numbers(root: Root) -> str:
    """What the default view holds, and what waits beyond it."""
    counted, with_unread = (statistics(open_store(root, View("", unread))).as_json() for unread in (False, True))
    entities, reading, headline = counted["entities"], counted["claims_by_reading"], counted["headline"]
    lines = (
        ("antibodies, of them against solid tumors", f"{entities['Antibody']}, {headline['antibodies, solid tumors']}"),
        ("arms", entities["Arm"]),
        ("antigen pairs of those against solid tumors", headline["pairs of antibodies against solid tumors"]),
        ("antibodies with a dated first in the clinic", headline["antibodies with a dated first in the clinic"]),
        (
            "trials, status events, results",
            ", ".join(str(entities[name]) for name in ("Trial", "StatusEvent", "Result")),
        ),
        ("escape observations", entities["EscapeObservation"]),
        (
            "- in patients on a bispecific in a solid tumor",
            headline["escape observations in patients on a bispecific in a solid tumor"],
        ),
        ("claims: read, record", f"{reading['read']}, {reading['record']}"),
        ("claims contested by their sources", headline["contested claims"]),
        ("evidence lines", entities["EvidenceLine"]),
        ("claims that nobody has read, left out", with_unread["claims_by_reading"]["unread"]),
        ("as of", counted["as_of"]),
    )
    return table(("default view", "count"), ((what, str(count)) for what, count in lines))


def answered(root: Root, command: str) -> str:
    """A command that asks a question or for coverage, with its answer in a few columns."""
    words = shlex.split(command)
    opened = open_store(root, View())
    if words[1] == "pairs":
        columns = ("rank", "pair", "score", "known", "steady", "openness", "why")
        rest = [word for word in words[2:] if word != "--open"]
        given = dict(zip(rest[::2], rest[1::2], strict=True))
        whole = (
            KnowledgeGraph(opened)
            .pairs(
                given["--tumor"],
                family=given.get("--family", ""),
                intent=given.get("--intent", ""),
                only_open="--open" in words,
                top=int(given["--top"]),
            )
            .table()
        )
    elif words[1] == "coverage":
        columns = ("escape", "of", "tumor", "direct", "verdict", "basis")
        whole = KnowledgeGraph(opened).coverage(words[-1])
    else:
        columns = ("label", "stage", "format", "valency", "support", "lines", "source")
        given = dict(word.split("=", 1) for word in words if "=" in word)
        whole = ask(opened, question(words[2]), given)
    return block(f"$ {command}\n{render(records(columns, whole.rows), 'table', 118)}", "")


def benchmarks() -> str:
    """The figures that `benchmarks/whole_process.py --write` left."""
    lines = [line.split("\t") for line in (FOLDER / "benchmarks.tsv").read_text(encoding="utf-8").splitlines()]
    header = ("command", "CPU s", "wall s", "yardstick", "its CPU s", "ratio", "at most")
    return table(header, ((f"`{one[0]}`", *one[1:3], f"`{one[3]}`" if one[3] else "", *one[4:]) for one in lines[1:]))


def readme(root: Root) -> str:
    """The README with its generated blocks written again; the rest is typed by hand."""
    return filled(
        FOLDER.parent / "README.md",
        {
            "numbers": lambda _: numbers(root),
            "benchmarks": lambda _: benchmarks(),
            "performance": lambda _: performance_page.summary(),
            "audit": lambda _: "\n".join(audit.counted(audit.read_table(audit.TABLE))) + "\n",
            "answer": lambda command: answered(root, command),
            "judged": lambda _: judged(),
        },
    )


def judged() -> str:
    """The ranker that was named for each family against the best baseline, on cuts with enough positives."""
    rows = read_table(FOLDER / "benchmark.tsv")
    header = (
        "family",
        "after",
        "positives",
        "ranker",
        "metric",
        "value (95 % interval)",
        "best baseline",
        "difference",
    )
    lines = []
    for one in rows:
        named = NAMED_RANKERS.get(str(one["family"])) == one["ranker"]
        if named and one["stratum"] == "all" and one["best"] and one["metric"] in METRICS_TOLD:
            value, low, high, gap, least, most = (
                f"{float(str(one[name])):.3g}"
                for name in ("value", "low", "high", "difference", "difference_low", "difference_high")
            )
            metric = str(one["metric"]).replace("_", " ")
            told = (f"{value} ({low} to {high})", str(one["best"]), f"{gap} ({least} to {most})")
            lines.append(
                (
                    str(one["family"]),
                    str(one["day"]),
                    f"{float(str(one['positives'])):.0f}",
                    str(one["ranker"]),
                    metric,
                    *told,
                )
            )
    return table(header, lines)


def pairs_page(root: Root) -> str:
    """How pairs are ranked, with the weights, and what nobody has seen, written again."""
    return filled(FOLDER / "pairs.md", {"weights": lambda _: weights(root), "unseen": lambda _: unseen(root)})


def filled(path: Path, blocks: Mapping[str, Callable[[str], str]]) -> str:
    """A page typed by hand, with its generated blocks, `<!-- name: argument -->` to `<!-- end name -->`, made again."""

    def write(match: re.Match[str]) -> str:
        name, _, argument = match["what"].partition(": ")
        return f"<!-- {match['what']} -->\n{blocks[name](argument)}<!-- end {name} -->"

    return re.sub(
        rf"<!-- (?P<what>({'|'.join(blocks)})\b.*?) -->\n.*?<!-- end \2 -->",
        write,
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )


def weights(root: Root) -> str:
    lines = (root.data / "pair-weights.tsv").read_text(encoding="utf-8").splitlines()
    return table(("intent", "feature", "weight", "reason"), (line.split("\t") for line in lines[1:]))


def unseen(root: Root) -> str:
    opened = open_store(root, View())
    rows = []
    for name in ("", *dict.fromkeys(family.notation for family in FAMILIES.values())):
        found = estimate_unseen(opened, name)
        interval = f"{found.unseen:.0f} ({found.low:.0f} to {found.high:.0f})"
        rows.append((name or "all", str(found.seen), str(found.once), str(found.twice), interval))
    sources = ", ".join(f"`{source}`" for source in estimate_unseen(opened).sources)
    header = ("family", "seen", "by one source", "by two", "unseen, at least (95 % interval)")
    return f"{table(header, rows)}\nOccasions: {sources}.\n"


def pages(root: Root) -> dict[str, str]:
    """Every generated page by its path from this folder; the same tree gives the same text."""
    measured = {"performance.md": performance_page.page()} if performance_page.read("questions") else {}
    return measured | {
        "../README.md": readme(root),
        "audit.md": audit.page(audit.read_table(audit.TABLE), (FOLDER / "audit-method.md").read_text(encoding="utf-8")),
        "json.md": json_page(root),
        "pairs.md": pairs_page(root),
        "ontology.md": ontology_page(root.ontology, table, NOTICE),
        "ontology.svg": ontology_picture(root.ontology),
        "questions.md": questions_page(),
        "rules.md": rules_page(),
        "tables.md": tables_page(root),
    }


def path_of(name: str) -> str:
    return posixpath.normpath(f"docs/{name}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the reference pages from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when a page is stale")
    check = parser.parse_args().check
    stale = []
    for name, text in pages(find_root(FOLDER.parent)).items():
        path = FOLDER / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            write_file(path, text.encode())
    for name in stale:
        print(f"{path_of(name)}: {'is not what the code says (run python docs/generate.py)' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
