"""What a stranger installs: a wheel made from the commit, run from anywhere, offline, with a home it cannot write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY

# Whoever opens a connection or looks a name up fails: put first on the path, Python imports it at start.
NO_NETWORK = """
import socket

def refuse(*args, **kwargs):
    raise OSError("kg must not use the network")

socket.getaddrinfo = socket.socket.connect = socket.socket.connect_ex = refuse
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `git archive` gives: committed files only, no stale `build/`."""
    folder = tmp_path_factory.mktemp("archive")
    tar = folder / "tree.tar"
    subprocess.run(["git", "archive", "-o", str(tar), "HEAD"], cwd=REPOSITORY, check=True)
    tree = folder / "tree"
    with tarfile.open(tar) as opened:
        opened.extractall(tree, filter="data")
    return tree


@pytest.fixture(scope="session")
def wheel(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, by way of the sdist, so that both are tried."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(archive)],
        check=True,
        capture_output=True,
    )
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment whose Python finds the unpacked wheel, and no checkout; its home cannot be written."""
    folder = tmp_path_factory.mktemp("installed")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(site)
    (site / "sitecustomize.py").write_text(NO_NETWORK)
    not_a_folder = folder / "home"
    not_a_folder.write_text("a file, so that nobody can write below it, root neither\n")
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("KG_", "XDG_"))}
    yield keep | {"PYTHONPATH": str(site), "HOME": str(not_a_folder), "PYTHONSAFEPATH": "1"}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments], cwd="/", env=environment, capture_output=True, text=True
    )


def test_the_wheel_carries_ontology_data_questions_rules_and_licenses(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "kg", "ontology", "data"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.split()
    crosswalks = {name for name in tracked if name.startswith("data/crosswalks/")}  # only `kg import` reads them
    wanted = {name if name.startswith("kg/") else f"kg/{name}" for name in set(tracked) - crosswalks}
    assert wanted - names == set()
    info = next(name.split("/")[0] for name in names if ".dist-info/" in name)
    assert {f"{info}/licenses/{name}" for name in ("LICENSE", "LICENSE-DATA", "THIRD-PARTY.md")} <= names
    assert not [name for name in names if name.startswith(("tests/", "build/", "docs/"))]


def test_stats_show_and_ask_run_from_the_root_folder(installed: dict[str, str]) -> None:
    counted = run(installed, "stats", "--format", "json")
    assert counted.returncode == 0, counted.stderr
    told = json.loads(counted.stdout)
    assert told["root"].startswith(installed["PYTHONPATH"]) and told["store"] == "memory"
    assert counted.stderr.count("working in memory") == 1
    shown = run(installed, "show", "tarlatamab", "--format", "json", "-q")
    assert json.loads(shown.stdout)["id"] == "ab:tarlatamab"
    asked = run(installed, "ask", "pairs-in-tumor", "-p", "tumor=SCLC", "--format", "json", "-q")
    assert "CD3 x DLL3" in {row["pair"] for row in json.loads(asked.stdout)}


def test_report_takes_the_shipped_triples(installed: dict[str, str], tmp_path: Path) -> None:
    made = run(installed, "report", "-o", str(tmp_path / "report"))
    assert made.returncode == 0, made.stderr
    assert "takes the shipped triples" in made.stderr
    assert (tmp_path / "report" / "index.html").is_file()


def test_build_and_import_say_that_they_need_a_checkout(installed: dict[str, str], tmp_path: Path) -> None:
    for arguments in (("build",), ("import", "hgnc", "--from", str(tmp_path))):
        done = run(installed, *arguments)
        assert done.returncode == 2
        assert "--root" in done.stderr and "Traceback" not in done.stderr


def test_without_the_extra_check_shapes_and_reasoner_are_said_to_be_skipped(
    installed: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\n\nsys.modules['shacl'] = sys.modules['rustdl'] = None\n")
    without = installed | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{installed['PYTHONPATH']}"}
    checked = run(without, "check")
    assert checked.returncode == 0, checked.stderr
    assert "skipped shapes" in checked.stderr and "skipped reasoner" in checked.stderr
    assert "bsab-kg[check]" in checked.stderr and "rules" in checked.stderr


def test_the_guard_against_the_network_works(installed: dict[str, str]) -> None:
    tried = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('localhost', 80))"],
        env=installed,
        capture_output=True,
        text=True,
    )
    assert "must not use the network" in tried.stderr
