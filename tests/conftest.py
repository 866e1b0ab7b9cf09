"""What the tests share: the toy graph (small enough to hold in the head) and the real one, each compiled once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Tab, open_browser

from kg.cli import run
from kg.paths import Root, find_root
from kg.store import Opened, open_store
from kg.triples import build
from kg.view import View

REPOSITORY = Path(__file__).resolve().parent.parent
TOY = REPOSITORY / "tests" / "toy"


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of our own, so that no test reads what another run compiled."""
    folder = tmp_path_factory.mktemp("cache")
    before = {name: os.environ.pop(name, None) for name in ("KG_CACHE", "KG_ROOT")}
    os.environ["KG_CACHE"] = str(folder)
    yield folder
    os.environ.pop("KG_CACHE")
    os.environ.update({name: value for name, value in before.items() if value is not None})


def make_toy(folder: Path) -> Root:
    """A fresh tree of the toy graph, not built yet."""
    shutil.copytree(TOY / "data", folder / "data")
    shutil.copytree(REPOSITORY / "ontology", folder / "ontology")
    return find_root(folder)


@pytest.fixture
def toy_root(tmp_path: Path) -> Root:
    """A toy tree that the test may break; built."""
    root = make_toy(tmp_path / "toy")
    build(root)
    return root


@pytest.fixture(scope="session")
def built_toy(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """The toy tree, built once; not to be changed."""
    root = make_toy(tmp_path_factory.mktemp("built") / "toy")
    build(root)
    return root


def opened_in(cache: Path, root: Root, view: View) -> Opened:
    """A store in our cache, also when the first test to ask for it works in a cache that it is about to damage."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_CACHE", str(cache))
        return open_store(root, view)


@pytest.fixture(scope="session")
def toy(cache: Path, built_toy: Root) -> Opened:
    """The toy store in the default view."""
    return opened_in(cache, built_toy, View())


@pytest.fixture(scope="session")
def toy_unread(cache: Path, built_toy: Root) -> Opened:
    return opened_in(cache, built_toy, View("", True))


@pytest.fixture(scope="session")
def real_root() -> Root:
    return find_root(REPOSITORY)


@pytest.fixture(scope="session")
def real(cache: Path, real_root: Root) -> Opened:
    """The real store in the default view."""
    return opened_in(cache, real_root, View())


@pytest.fixture(scope="session")
def real_unread(cache: Path, real_root: Root) -> Opened:
    return opened_in(cache, real_root, View("", True))


@pytest.fixture
def kg(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit code, stdout, stderr."""

    def call(*args: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run([str(arg) for arg in args])
        out, err = capfd.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real browser, for one module."""
    with open_browser() as browser:
        yield browser


@pytest.fixture
def tab(browser: Any, tmp_path: Path) -> Iterator[Tab]:
    """A page of it, of its own, that has seen nothing yet."""
    tab = Tab(browser, tmp_path)
    yield tab
    tab.close()
