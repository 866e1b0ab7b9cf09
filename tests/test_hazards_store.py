"""The folder of compiled stores, damaged, contended or not to be written: it is a cache, and never in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import careless
import pyoxigraph as ox
import pytest
from careless import UNSAID, Project, Result, placeless
from test_hazards_output import stopped

from kg.compile_store import compile_in_memory
from kg.store import Opened

whole, project, do, healthy = careless.whole, careless.project, careless.do, careless.healthy

Run = Callable[..., Result]
IN_MEMORY = "working in memory"


def now_store(project: Project, do: Run) -> Path:
    """The store of the default view, the only one in the cache."""
    shutil.rmtree(project.cache)
    assert do("show").code == 0
    (store,) = project.stores.iterdir()
    return store


def tables_of(store: Path) -> list[Path]:
    """The data files of a store, the largest first."""
    return sorted(store.glob("*.sst"), key=lambda path: (-path.stat().st_size, path.name))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def manifest(store: Path) -> Path:
    (path,) = store.glob("MANIFEST-*")
    return path


def to_a_file(store: Path) -> None:
    shutil.rmtree(store)
    store.write_text("x")


def to_an_empty_folder(store: Path) -> None:
    shutil.rmtree(store)
    store.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "data file cut": lambda store: cut(tables_of(store)[1]),
    "data file emptied": lambda store: emptied(tables_of(store)[1]),
    "data file deleted": lambda store: tables_of(store)[1].unlink(),
    "all data files deleted": lambda store: [path.unlink() for path in tables_of(store)],
    "CURRENT emptied": lambda store: emptied(store / "CURRENT"),
    "CURRENT deleted": lambda store: (store / "CURRENT").unlink(),
    "manifest emptied": lambda store: emptied(manifest(store)),
    "manifest deleted": lambda store: manifest(store).unlink(),
    "empty folder": to_an_empty_folder,
    "file": to_a_file,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_compiled_again(damage: str, project: Project, do: Run, healthy: dict[str, str]) -> None:
    store = now_store(project, do)
    DAMAGES[damage](store)
    for _ in range(2):
        for command in ("show", "sparql", "ask"):
            result = do(command)
            assert (result.code, placeless(result.out, project)) == (0, healthy[command])
            if damage != "file":  # which nobody of ours has put there
                assert IN_MEMORY not in result.err
    if damage != "file":
        assert [path.name for path in project.stores.iterdir()] == [store.name]


def test_a_store_whose_bytes_have_rotted_names_the_command_that_mends_it(
    project: Project, do: Run, healthy: dict[str, str]
) -> None:
    for path in tables_of(now_store(project, do)):
        content = bytearray(path.read_bytes())
        middle = slice(len(content) // 4, 3 * len(content) // 4)
        content[middle] = bytes(byte ^ 0x55 for byte in content[middle])
        path.write_bytes(content)
    result = do("show")
    if result.code:
        assert result.code == 1
        assert "kg cache clear" in result.err
    else:
        assert placeless(result.out, project) == healthy["show"]
    assert do("cache clear").code == 0
    assert placeless(do("show").out, project) == healthy["show"]


def test_builders_that_race_for_one_store_all_answer_and_one_store_stays(
    project: Project, healthy: dict[str, str]
) -> None:
    shutil.rmtree(project.cache)
    racing = [
        subprocess.Popen(
            [sys.executable, "-m", "kg", *project.args("show")],
            env={**os.environ, "KG_CACHE": str(project.cache)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for builder in racing:
        out, err = builder.communicate(timeout=60)
        assert (builder.returncode, out) == (0, healthy["show"])
        assert "kg:" not in err
    (store,) = project.stores.iterdir()
    assert store.name.isalnum()


def test_a_builder_killed_while_compiling_is_swept_by_the_next(
    project: Project, do: Run, healthy: dict[str, str]
) -> None:
    shutil.rmtree(project.cache)
    for _ in range(3):
        assert stopped(project, "show", 1, "SIGKILL").code == -9
    # Each builder sweeps what the one before has left.
    assert [path.name.split("-")[0] for path in project.stores.iterdir()] == ["building"]
    assert do("show").out == healthy["show"]
    (store,) = project.stores.iterdir()
    assert not store.name.startswith("building")


def test_an_interrupted_builder_leaves_nothing(project: Project) -> None:
    shutil.rmtree(project.cache)
    result = stopped(project, "show", 1, "SIGINT")
    assert (result.code, result.out) == (130, "")
    assert result.err.endswith("kg: interrupted\n")
    assert list(project.stores.iterdir()) == []


@pytest.mark.parametrize("where", ["cache", "cache/stores"])
@pytest.mark.parametrize("command", ["stats", "show", "view", "check", "report"])
def test_a_cache_that_is_a_file_costs_one_line(
    where: str, command: str, project: Project, healthy: dict[str, str]
) -> None:
    shutil.rmtree(project.cache)
    (project.path / where).parent.mkdir(exist_ok=True)
    (project.path / where).write_text("of the user")
    before = project.contents()
    result = project.process(project.args(command))
    assert result.code == 0, result.said
    assert [line.endswith(IN_MEMORY) for line in result.err.splitlines() if line.startswith("kg:")] == [True], (
        result.err
    )
    assert not [word for word in UNSAID if word in result.said], result.said
    if command == "show":
        assert result.out == healthy[command]
    assert project.contents() == before
    assert project.process(project.args("cache clear")).code == 0
    assert (project.path / where).read_text() == "of the user"


def test_what_is_not_ours_in_the_cache_stays(project: Project, do: Run) -> None:
    """KG_CACHE may name a folder that holds other things, too."""
    theirs = project.stores / "my stores"
    theirs.mkdir(parents=True)
    (theirs / "letter.txt").write_text("of the user")
    for year in range(2016, 2025):  # more views than are kept
        assert do("show", "--as-of", str(year)).code in (0, 1)
    assert (theirs / "letter.txt").read_text() == "of the user"
    assert do("cache clear").code == 0
    assert [path.name for path in project.stores.iterdir()] == ["my stores"]
    assert (theirs / "letter.txt").read_text() == "of the user"


def test_somebody_without_a_home_gets_answers(project: Project, healthy: dict[str, str]) -> None:
    home = {"HOME": str(project.path / "query.rq"), "KG_CACHE": "", "XDG_CACHE_HOME": ""}
    result = project.process(project.args("show"), env=home)
    assert (result.code, result.out) == (0, healthy["show"]), result.err
    assert result.err.count(IN_MEMORY) == 1
    assert not [word for word in UNSAID if word in result.err]


def test_every_command_works_right_after_the_cache_was_cleared(
    project: Project, do: Run, healthy: dict[str, str]
) -> None:
    for command in ("stats", "sparql -f -", "view"):
        assert do("cache clear").code == 0
        assert list(project.stores.iterdir()) == []
        assert placeless(do(command).out, project) == healthy[command]


def test_two_stores_of_one_view_hold_the_same_quads(toy: Opened) -> None:
    again = set(compile_in_memory(toy.root, toy.view))
    assert again == set(toy.store)
    assert any(isinstance(quad.subject, ox.BlankNode) for quad in again), "blank nodes, too"
