"""The README's commands are real, generated pages are fresh, links lead somewhere, and the candor is there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("decisions/*.md")])
Kg = Callable[..., tuple[int, str, str]]


def test_generated_pages_and_figures_are_what_code_and_data_say() -> None:
    process = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stdout + process.stderr


def test_two_commands_of_one_line_do_all_the_set_up() -> None:
    commands = dict(re.findall(r"<!-- command: (\w+) -->\n```sh\n(.+)\n```", README))
    assert set(commands) == {"report", "test"}
    assert commands["report"].endswith("/kg report") and commands["test"].endswith("/pytest -n 2")
    assert all(command.startswith("python3 -m venv ") for command in commands.values())


def shell_commands() -> list[str]:
    """Every `kg ...` that README, CONTRIBUTING and the generated pages tell a reader to type."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES if path.parent.name != "decisions")
    inline = re.findall(r"`(kg (?:ask|show|sparql|stats|check|view|cache) [^`\n]*)`", text)
    blocks = re.findall(r"^\$? ?(kg (?:ask|show|sparql|stats|check) [^\n|]*)$", text, re.MULTILINE)
    return sorted({command.split(" | ")[0].strip() for command in inline + blocks})


def test_commands_in_the_documents_work(kg: Kg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shlex

    monkeypatch.chdir(tmp_path)
    tried = 0
    for command in shell_commands():
        if (
            re.search(r"[A-Z]{4,}|\.\.\.|<", command.replace("SELECT", "").replace("WHERE", ""))
            and "NCT" not in command
        ):
            continue  # a pattern for the reader to fill in: kg show NAME
        words = shlex.split(command)[1:]
        if words in (["cache", "clear"], ["check"]):
            continue  # would empty the cache of the other tests; and has tests of its own
        code, _, err = kg(*words)
        assert code == 0, f"{command}: {err}"
        tried += 1
    assert tried >= 15


def test_every_example_of_a_question_has_an_answer(kg: Kg) -> None:
    from kg.query import questions

    for one in questions():
        arguments = [word for p in one.parameters if p.example for word in ("-p", f"{p.name}={p.example}")]
        code, out, err = kg("ask", one.name, *arguments, "--format", "tsv", "-q")
        assert code == 0, err
        assert out.count("\n") > 1, f"{one.example} has no rows"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in targets if link and not (page.parent / link).exists()] == []


def test_the_readme_says_what_a_reader_must_know() -> None:
    text = " ".join(README.split())
    for words in (
        "no clinician has reviewed it",
        "does not resolve yet",
        "For research use; not medical advice",
        "Linux with Python 3.11",
        "Curation is machine-assisted",
    ):
        assert words in text


def test_the_benchmarks_in_the_readme_are_those_that_were_measured() -> None:
    lines = (REPOSITORY / "docs" / "benchmarks.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) >= 6
    for line in lines:
        command, cpu, *_ = line.split("\t")
        assert f"| `{command}` | {cpu} |" in README


def test_no_document_names_a_path_of_a_machine() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}: {match.group(0)}"
        for path in [*PAGES, *REPOSITORY.glob("docs/*.py"), *REPOSITORY.glob("benchmarks/*.py")]
        for match in re.finditer(r"(?<![\w./:])/(?:root|work|tmp/w)/\S*", path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("word", ["tumour", "colour", "behaviour", "labelled", "centre", "analyse"])
def test_spelling_is_american(word: str) -> None:
    glossary = REPOSITORY / "GLOSSARY.md"  # tells which spelling not to use
    ours = [
        *(page for page in PAGES if page != glossary),
        *(REPOSITORY / "kg").glob("*.py"),
        REPOSITORY / "ontology" / "bsab.ttl",
    ]
    assert [path.name for path in ours if re.search(rf"\b{word}", path.read_text(encoding="utf-8"), re.I)] == []
