"""Every notebook runs from top to bottom without a network, imports kg alone, and stores no output."""

from __future__ import annotations

import ast
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

# What a kernel runs first: whoever looks a name up or opens a connection fails.
GUARD = """
import socket

def refuse(*args, **kwargs):
    raise OSError("a notebook must not use the network")

socket.getaddrinfo = socket.socket.connect = socket.socket.connect_ex = refuse
"""


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A folder with a short name: the kernel talks through sockets in it, whose paths may have 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="kg-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def execute(notebook: nbformat.NotebookNode, folder: Path, sockets: Path) -> None:
    """Run a notebook in `folder`, by a kernel that has no network and is reached through files, not over TCP.

    Raises
    ------
    CellExecutionError
        A cell failed; the message has its traceback.
    """
    guard = sockets / "guard.py"
    guard.write_text(GUARD)
    manager = AsyncKernelManager(
        kernel_name="python3", transport="ipc", ip=str(sockets / "s"), connection_file=str(sockets / "kernel.json")
    )
    client = NotebookClient(notebook, km=manager, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.extra_arguments = [f"--IPKernelApp.exec_files={guard}"]
    client.execute()


def of_cells(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_the_tour_is_there_and_has_eight_to_twelve_code_cells() -> None:
    tour = next(path for path in NOTEBOOKS if path.name == "01_tour.ipynb")
    assert 8 <= len(code_cells(tour)) <= 12


def test_the_notebook_of_chains_shows_pictures_in_frames(tmp_path: Path, sockets: Path) -> None:
    chains = nbformat.read(next(path for path in NOTEBOOKS if path.name == "02_chains.ipynb"), as_version=4)
    execute(chains, tmp_path, sockets)
    shown = [
        output["data"]["text/html"]
        for cell in chains.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]
    assert len(shown) == 3 and all(html.startswith("<iframe ") for html in shown)


@each_notebook
def test_a_notebook_runs_from_top_to_bottom_without_a_network(path: Path, tmp_path: Path, sockets: Path) -> None:
    execute(nbformat.read(path, as_version=4), tmp_path, sockets)


@each_notebook
def test_a_notebook_imports_kg_and_nothing_else(path: Path) -> None:
    trees = [ast.parse(cell.source) for cell in code_cells(path)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    assert set(names) == {"kg"}


@each_notebook
def test_a_notebook_stores_no_output(path: Path) -> None:
    stored = [cell.id for cell in code_cells(path) if cell.outputs or cell.execution_count is not None]
    assert not stored, f"{path.name}: clear the outputs of {stored}"


def test_a_failing_cell_fails_the_run(tmp_path: Path, sockets: Path) -> None:
    with pytest.raises(CellExecutionError, match="nothing is called 'no such antibody'"):
        execute(of_cells("import kg", "kg.open().show('no such antibody')"), tmp_path, sockets)


def test_a_cell_that_calls_a_server_fails_the_run(tmp_path: Path, sockets: Path) -> None:
    source = "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')"
    with pytest.raises(CellExecutionError, match="must not use the network"):
        execute(of_cells(source), tmp_path, sockets)
