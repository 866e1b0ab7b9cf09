"""Generated files, vocabulary, support and shapes that somebody has touched."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable

import careless
import pytest
from careless import COMMANDS, OF_TRIPLES, Break, Project, Result, added, folder_instead, gone, in_tree, placeless, put

whole, project, do, healthy = careless.whole, careless.project, careless.do, careless.healthy

Run = Callable[..., Result]

BINDS, MANIFEST = "data/triples/claims-binds.ttl", "data/MANIFEST"
# fmt: off
GENERATED = (  # how it is touched, where, what is said, whether a build mends it
    ("edited triples", added(BINDS, b"# mine\n"), BINDS, "is not what MANIFEST says", True),
    ("cut triples", in_tree(BINDS, lambda old: old[:99]), BINDS, "is not what MANIFEST says", True),
    ("missing triples", gone(BINDS), BINDS, "cannot be read: No such file", True),
    ("folder for triples", folder_instead(BINDS), BINDS, "cannot be read: Is a directory", False),
    ("no triples at all", gone("data/triples"), "data/triples/", "cannot be read: No such file", True),
    ("no manifest", gone(MANIFEST), MANIFEST, "cannot be read: No such file", True),
    ("empty manifest", in_tree(MANIFEST, lambda _: b""), MANIFEST, "is damaged", True),
    ("cut manifest", in_tree(MANIFEST, lambda old: old[:-30]), MANIFEST, "is damaged", True),
    ("manifest in Latin-1", added(MANIFEST, b"\xe9"), MANIFEST, "is damaged", True),
    ("folder for the manifest", folder_instead(MANIFEST), MANIFEST, "cannot be read: Is a directory", False),
)
# fmt: on


@pytest.mark.parametrize(
    ("breaks", "where", "what", "mends"), [pytest.param(*each[1:], id=each[0]) for each in GENERATED]
)
def test_a_touched_generated_file_is_told_and_mended(
    breaks: Break, where: str, what: str, mends: bool, project: Project, do: Run, whole: Project
) -> None:
    breaks(project)
    shutil.rmtree(project.cache)  # what is compiled already answers for what it was compiled from
    before = project.contents()
    for command in (*OF_TRIPLES, "check"):
        result = do(command)
        assert result.code == 1, command
        assert f"{project.tree}/{where}" in result.err, command
        assert what in result.err, command
        assert "run kg build" in result.err, command
    result = do("build --check")
    assert result.code == 1
    assert where in result.err
    assert "is not what the tables say (run kg build)" in result.err
    assert [do(command).code for command in ("import", "cache path", "cache clear")] == [0, 0, 0]
    assert project.contents() == before
    result = do("build")
    if mends:
        assert result.code == 0, result.said
        assert project.contents() == whole.contents()
    else:
        assert result.code == 1
        assert f"{project.tree}/{where}: is a directory where a file belongs (move it away)" in result.err
        assert project.contents() == before


def test_a_report_builds_what_is_missing_first(project: Project, do: Run, whole: Project) -> None:
    gone("data/triples")(project)
    (project.out / "report" / "index.html").write_text("older")
    assert do("report").code == 0
    assert project.contents() == whole.contents()


def test_an_edited_file_is_noticed_behind_a_warm_cache(project: Project, do: Run, healthy: dict[str, str]) -> None:
    put(BINDS, b"bsab:binds ", b"bsab:hasRole ")(project)
    for command in OF_TRIPLES:
        assert placeless(do(command).out, project) == healthy[command], "what MANIFEST names is answered"
    checked = do("check")
    assert checked.code == 1
    assert f"error\tchecksum\t{BINDS}\tis not what MANIFEST says" in checked.out
    assert f"error\tfresh\t{BINDS}\tis not what the tables say\trun kg build" in checked.out


def test_broken_turtle_that_the_manifest_vouches_for_is_told_with_its_line(project: Project, do: Run) -> None:
    added(BINDS, b"arm:x bsab:binds\n")(project)
    content = (project.tree / BINDS).read_bytes()
    manifest = (project.tree / MANIFEST).read_text().splitlines()
    row = next(number for number, line in enumerate(manifest) if line.startswith("triples/claims-binds.ttl\t"))
    path, _, *rest = manifest[row].split("\t")
    manifest[row] = "\t".join([path, hashlib.sha256(content).hexdigest(), *rest])
    (project.tree / MANIFEST).write_text("\n".join(manifest) + "\n")
    line = content.count(b"\n") + 1
    for command in (*OF_TRIPLES, "check"):
        result = do(command)
        assert result.code == 1
        assert re.search(rf"{BINDS}:({line}|{line - 1}): is not Turtle: .*run kg build", result.err), result.err


def test_a_file_of_the_user_among_the_triples_is_told_and_left_alone(project: Project, do: Run) -> None:
    (project.tree / "data/triples/notes.ttl").write_text("<urn:a> <urn:b> <urn:c> .\n")
    before = project.contents()
    assert do("build").code == 0
    for command in ("build --check", "check"):
        result = do(command)
        assert result.code == 1
        assert "data/triples/notes.ttl" in result.said
        assert "is no generated file" in result.said
        assert "move it out of data/triples" in result.said
    assert project.contents() == before


def test_what_an_earlier_build_has_generated_and_this_one_does_not_is_removed(
    project: Project, do: Run, whole: Project
) -> None:
    (project.tree / "data/triples/claims-of-old.ttl").write_text("")
    assert "data/triples/claims-of-old.ttl: is not what the tables say" in do("build --check").err
    assert do("build").out == "data/triples/claims-of-old.ttl\n"
    assert project.contents() == whole.contents()


VOCABULARY, SUPPORT, SHAPES = "ontology/bsab.ttl", "data/support.tsv", "ontology/shapes.ttl"
# fmt: off
INPUTS = (
    ("broken vocabulary", added(VOCABULARY, b"bsab:X a\n"), rf"{VOCABULARY}:\d+: is not Turtle: .*git"),
    ("vocabulary in Latin-1", added(VOCABULARY, b'bsab:X rdfs:label "\xe9" .\n'), rf"{VOCABULARY}:\d+: is not .*git"),
    ("empty vocabulary", in_tree(VOCABULARY, lambda _: b""), f"{VOCABULARY}:1: defines no term .*git"),
    ("support in words", put(SUPPORT, b"0.98", b"high"), f"{SUPPORT}:2: is no row .*mend"),
    ("support above one", put(SUPPORT, b"0.98", b"1.98"), f"{SUPPORT}:2: is no row .*mend"),
    ("support without number", put(SUPPORT, b"0.98", b"nan"), f"{SUPPORT}:2: is no row .*mend"),
    ("doubled support", added(SUPPORT, b"review\tsupports\t0.1\tx\n"), f"{SUPPORT}:22: .*twice"),
    ("support with other columns", put(SUPPORT, b"level\t", b"kind\t"), f"{SUPPORT}:1: has not .*git"),
    ("support with a BOM", in_tree(SUPPORT, lambda old: b"\xef\xbb\xbf" + old), f"{SUPPORT}:1: starts with a .*BOM"),
    ("support with CRLF", put(SUPPORT, b"\n", b"\r\n"), f"{SUPPORT}:1: has carriage .*LF"),
    ("no support", gone(SUPPORT), f"{SUPPORT}(:1)?: cannot be read: No such file or directory [(]"),
)
# fmt: on


@pytest.mark.parametrize(("breaks", "told"), [pytest.param(*each[1:], id=each[0]) for each in INPUTS])
def test_broken_vocabulary_and_support_are_told_by_all_that_read_them(
    breaks: Break, told: str, project: Project, do: Run
) -> None:
    breaks(project)
    shutil.rmtree(project.cache)
    before = project.contents()
    of_support = SUPPORT in told
    for command in COMMANDS:
        result = do(command)
        if command.startswith("cache") or (of_support and command == "import"):
            assert result.code == 0
        elif of_support and command in (*OF_TRIPLES, "check"):  # MANIFEST does not vouch for it, to begin with
            assert result.code == 1, command
            assert f"{project.tree}/{SUPPORT}" in result.err, command
        else:
            assert result.code == 1, command
            assert re.search(told, result.err), f"{command}: {result.err}"
    assert project.contents() == before


def test_no_store_is_compiled_with_support_that_the_manifest_does_not_name(project: Project, do: Run) -> None:
    """It would answer, wrongly and for good, once the table is as it was."""
    put(SUPPORT, b"clinical\tsupports\t0.9", b"clinical\tsupports\t0.1")(project)
    shutil.rmtree(project.cache)
    for command in OF_TRIPLES:
        result = do(command)
        assert result.code == 1
        assert f"{SUPPORT}: is not what MANIFEST says" in result.err
        assert "run kg build" in result.err
    assert [do(command).code for command in ("build --check", "build", "show")] == [1, 0, 0]


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        pytest.param(added(SHAPES, b"bsab:X a\n"), r"shapes\.ttl:\d+: is not Turtle", id="broken"),
        pytest.param(in_tree(SHAPES, lambda _: b""), r"shapes\.ttl:1\tcannot be used", id="empty"),
        pytest.param(gone(SHAPES), r"shapes\.ttl: cannot be read: No such file", id="missing"),
    ],
)
def test_broken_shapes_fail_the_check_and_nothing_else(
    breaks: Break, told: str, project: Project, do: Run, healthy: dict[str, str]
) -> None:
    breaks(project)
    result = do("check")
    assert result.code == 1
    assert re.search(told, result.said)
    for command in OF_TRIPLES:
        result = do(command)
        assert (result.code, placeless(result.out, project)) == (0, healthy[command])
