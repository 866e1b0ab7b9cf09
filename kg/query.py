"""Named questions and free SPARQL over an open store, read-only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import KgError, NotFoundError, UsageError
from kg.lookup import KINDS, find
from kg.nodes import Node
from kg.store import Opened
from kg.terms import PREFIXES, compress, expand
from kg.view import PartialDate

QUESTIONS = Path(__file__).resolve().parent / "questions"

Value = str | int | float | bool | None
Record = dict[str, Value]

TEXT_TYPES = ("text", "integer", "date")
# What a column may hold besides: a decimal number, yes or no, the notation of a controlled term.
CELL_TYPES = (*TEXT_TYPES, "number", "yes-no", "word")
# A source is a paper or a page, and so are the record of a trial and a data set.
SOURCE_KINDS = ("source", "dataset", "trial")
_HEADER = r"^#\s*([a-z]+)\s*:\s*(.*?)\s*$"
_SINGLE = ("title", "question", "number", "columns", "keywords")
_UPDATE = r"\b(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)\b"


class Parameter(NamedTuple):
    """A parameter of a question; `type` is a kind of entity, `text`, `integer` or `date`."""

    name: str
    type: str
    default: str
    example: str
    text: str
    required: bool


class Question(NamedTuple):
    """A named question: its header and its SPARQL text.

    `number` is the one of the project's fourteen questions that it answers or, where `beyond` is true, that it is
    nearest to. `types` are those of `columns`, in the same order.
    """

    name: str
    title: str
    question: str
    number: int
    beyond: bool
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]
    keywords: tuple[str, ...]
    sparql: str

    @property
    def example(self) -> str:
        """The command that asks it with its examples."""
        given = "".join(f" -p {p.name}={_shell(p.example)}" for p in self.parameters if p.example)
        return f"kg ask {self.name}{given}"


def _shell(text: str) -> str:
    return f"'{text}'" if re.search(r"[^\w.:-]", text) else text


class Answer(NamedTuple):
    """Columns and rows; IRIs as CURIEs, numbers as numbers, unbound as None."""

    columns: tuple[str, ...]
    rows: tuple[Record, ...]


def parse_question(path: Path) -> Question:
    """A question from its file. The header is comment lines `# key: value` at the top.

    `# param: name | type | default | example | text`; a default `!` means required, an empty one optional.
    `# columns: name:type name:type`; every parameter is a column, too. `# number: 3+` goes beyond number 3.

    Raises
    ------
    KgError
        A key is unknown, repeated or missing, or a number, parameter or column is malformed; with `file:line`.
    """
    text = path.read_text(encoding="utf-8")
    header: dict[str, str] = {}
    parameters: list[Parameter] = []
    columns: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#"):
            break
        match = re.match(_HEADER, line)
        where = f"{path}:{number}"
        if not match:
            raise KgError("is no header line", where, "write `# key: value`")
        key, value = match.groups()
        if key == "param":
            parameters.append(_parameter(value, where))
        elif key not in _SINGLE:
            raise KgError(f"unknown key {key!r}", where, f"one of: {', '.join((*_SINGLE, 'param'))}")
        elif key in header:
            raise KgError(f"key {key!r} stands twice", where, "keep one")
        else:
            header[key] = value
            if key == "columns":
                columns = _columns(value, where)
            elif key == "number" and not re.fullmatch(r"\d+\+?", value):
                raise KgError(f"{value!r} is no number", where, "write 1 to 14, with a + where it goes beyond")
    missing = [key for key in _SINGLE if not header.get(key)]
    if missing:
        raise KgError(f"header lacks {', '.join(missing)}", f"{path}:1", "every question has all keys")
    names = [parameter.name for parameter in parameters]
    for name in names:
        if names.count(name) > 1 or name not in columns:
            raise KgError(f"parameter {name!r} must stand once, and be a column", f"{path}:1", "mend the header")
    return Question(
        path.stem,
        header["title"],
        header["question"],
        int(header["number"].rstrip("+")),
        header["number"].endswith("+"),
        tuple(parameters),
        tuple(columns),
        tuple(columns.values()),
        tuple(header["keywords"].split()),
        text,
    )


def _parameter(value: str, where: str) -> Parameter:
    parts = [part.strip() for part in value.split("|")]
    if len(parts) != 5 or not parts[0].isidentifier() or parts[1] not in (*KINDS, *TEXT_TYPES):
        raise KgError("is no parameter", where, "write `name | type | default | example | text`")
    name, kind, default, example, text = parts
    required = default == "!"
    return Parameter(name, kind, "" if required else default, example, text, required)


def _columns(value: str, where: str) -> dict[str, str]:
    """Name of a column -> its type, in order."""
    columns: dict[str, str] = {}
    for word in value.split():
        name, _, kind = word.partition(":")
        if not name.isidentifier() or name in columns or kind not in (*KINDS, *CELL_TYPES):
            raise KgError(f"{word!r} is no column", where, f"write name:type once; {', '.join(CELL_TYPES)}, or a kind")
        columns[name] = kind
    return columns


def questions(folder: Path = QUESTIONS) -> tuple[Question, ...]:
    """All named questions, by number and name; what goes beyond a number comes after what answers it."""
    parsed = (parse_question(path) for path in folder.glob("*.rq"))
    return tuple(sorted(parsed, key=lambda q: (q.number, q.beyond, q.name)))


def question(name: str, folder: Path = QUESTIONS) -> Question:
    """One named question; its number or the words of its name do as well.

    Raises
    ------
    NotFoundError
        There is none of that name; near misses are in the hint.
    """
    path = folder / f"{name}.rq"
    if re.fullmatch(r"[a-z0-9-]+", name) and path.is_file():
        return parse_question(path)
    known = questions(folder)
    for candidate in known:
        if name == str(candidate.number):
            return candidate
    import difflib

    near = difflib.get_close_matches(name, [q.name for q in known], n=3, cutoff=0.4)
    near += [q.name for q in known if name.lower() in (*q.keywords, *q.name.split("-")) and q.name not in near]
    hint = f"did you mean: {', '.join(near[:4])}; kg ask lists all" if near else "kg ask lists all"
    raise NotFoundError(f"no question is called {name!r}", "", hint)


def bind(opened: Opened, asked: Question, given: Mapping[str, str]) -> dict[str, ox.NamedNode | ox.Literal]:
    """The values of a question's parameters, checked against the declared ones.

    Raises
    ------
    UsageError
        A parameter is not declared, a required one is missing, or a value has the wrong type.
    NotFoundError, AmbiguousError
        A name stands for nothing, or for several things.
    """
    declared = {parameter.name: parameter for parameter in asked.parameters}
    for name in given:
        if name not in declared:
            takes = ", ".join(declared) or "none"
            raise UsageError(f"question {asked.name!r} has no parameter {name!r}", "-p", f"it takes: {takes}")
    bound: dict[str, ox.NamedNode | ox.Literal] = {}
    for name, parameter in declared.items():
        text = given.get(name, parameter.default)
        if not text:
            if parameter.required or name in given:
                raise UsageError(
                    f"question {asked.name!r} needs a value for {name!r}", "-p", f"for instance: {asked.example}"
                )
            continue
        if parameter.type == "date":
            try:
                bound[name] = ox.Literal(PartialDate(text).earliest)
            except ValueError as error:
                raise UsageError(str(error), "-p", f"for instance: {asked.example}") from None
        elif parameter.type == "integer":
            if not re.fullmatch(r"-?\d+", text):
                raise UsageError(f"{name!r} must be a whole number, not {text!r}", "-p")
            bound[name] = ox.Literal(int(text))
        elif parameter.type == "text":
            text.encode()  # raises where the shell gave bytes that are no text
            bound[name] = ox.Literal(text)
        else:
            kinds = SOURCE_KINDS if parameter.type == "source" else (parameter.type,)
            bound[name] = ox.NamedNode(expand(find(opened.store, text, kinds).curie))
    return bound


def ask(opened: Opened, asked: Question, given: Mapping[str, str]) -> Answer:
    """The answer to a named question."""
    substitutions = {ox.Variable(name): value for name, value in bind(opened, asked, given).items()}
    return select(opened.store, asked.sparql, substitutions)


def select(store: ox.Store, text: str, substitutions: Mapping[ox.Variable, Node] | None = None) -> Answer:
    """The answer to a SELECT of our own; the prefixes of this project need not be declared."""
    result = store.query(text, prefixes=PREFIXES, substitutions={**(substitutions or {})})
    assert isinstance(result, ox.QuerySolutions)
    return solutions(result)


def sparql(opened: Opened, text: str) -> Answer | bool | bytes:
    """A read-only query: an Answer for SELECT, a bool for ASK, Turtle for CONSTRUCT and DESCRIBE.

    The prefixes of this project need not be declared. SERVICE is refused: `kg` never uses the network.

    Raises
    ------
    UsageError
        It is not SPARQL, it is an update, or it calls another server.
    """
    bare = re.sub(r"<[^<>\s]*>|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*", " ", text)
    if re.search(r"\bSERVICE\b", bare, re.IGNORECASE):
        raise UsageError("SERVICE is refused: kg does not use the network", "query")
    try:
        result = opened.store.query(text, prefixes=PREFIXES)
    except SyntaxError as error:
        if re.search(_UPDATE, bare, re.IGNORECASE):
            raise UsageError(
                "updates are refused: the graph is built from tables", "query", "change a row and run kg build"
            ) from None
        raise UsageError(
            f"is not SPARQL: {str(error).strip()}", "query", "SELECT, ASK, CONSTRUCT or DESCRIBE"
        ) from None
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    if isinstance(result, ox.QueryTriples):
        triples = sorted(result, key=str)
        content = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
        return content or b""
    return solutions(result)


def solutions(result: ox.QuerySolutions) -> Answer:
    """Solutions as records."""
    columns = tuple(variable.value for variable in result.variables)
    rows = tuple(dict(zip(columns, map(to_value, solution), strict=True)) for solution in result)
    return Answer(columns, rows)


_XSD = PREFIXES["xsd"]
_INTEGERS = {_XSD + name for name in ("integer", "int", "long", "nonNegativeInteger")}
_FLOATS = {_XSD + name for name in ("decimal", "double", "float")}


def to_value(term: object) -> Value:
    """A term as a plain value."""
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return compress(term.value)
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        try:
            if datatype in _INTEGERS:
                return int(term.value)
            if datatype in _FLOATS:
                number = float(term.value)
                return number if number - number == 0 else term.value  # JSON has no infinity, and no NaN
        except ValueError:  # a query may write "abc"^^xsd:integer
            return term.value
        if datatype == _XSD + "boolean":
            return term.value in ("true", "1")
        return term.value
    return str(term)


def records(columns: Iterable[str], rows: Iterable[Mapping[str, Value]]) -> Answer:
    """An answer from rows made elsewhere."""
    names = tuple(columns)
    return Answer(names, tuple({name: row.get(name) for name in names} for row in rows))
