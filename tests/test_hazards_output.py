"""Outputs that cannot be written, and runs that are cut short: what stood there stays, and nothing is left behind."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import careless
import pytest
from careless import COMMANDS, OF_TRIPLES, UNSAID, Project, Result, cell

from kg.sources.hgnc import FILE

whole, project, do, healthy = careless.whole, careless.project, careless.do, careless.healthy

Run = Callable[..., Result]
CLI = Callable[..., tuple[int, str, str]]


@pytest.fixture
def at_project(project: Project, kg: CLI, monkeypatch: pytest.MonkeyPatch) -> CLI:
    """Run any command in the folder of the project."""
    monkeypatch.chdir(project.path)
    monkeypatch.setenv("KG_ROOT", str(project.tree))
    monkeypatch.setenv("KG_CACHE", str(project.cache))
    return kg


def leftovers(project: Project) -> list[str]:
    return [str(path.relative_to(project.path)) for path in project.path.rglob("*") if ".kg-" in path.name]


def with_news(project: Project) -> None:
    """Tables and upstream that have changed since the last build and the last import."""
    cell("expression", "date", "2016")(project)
    upstream = project.path / "upstream" / FILE
    upstream.write_bytes(
        gzip.compress(gzip.decompress(upstream.read_bytes()).replace(b"albumin", b"an albumin"), mtime=0)
    )


# Where an output may go.

LONG = "x" * 300
# fmt: off
WRONG_PLACES = (
    ("view ab:engager-one -o out", 2, "out: is a directory (name a file)"),
    ("view ab:engager-one -o .", 2, ".: is a directory (name a file)"),
    ("view ab:engager-one -o query.rq/page.html", 1, "lies below a file (name a place in a folder)"),
    (f"view ab:engager-one -o out/{LONG}.html", 1, "cannot be written: File name too long"),
    ("view ab:engager-one -o /dev/full", 1, "/dev/full: cannot be written: No space left on device"),
    ("view ab:engager-one -o /proc/page.html", 1, "/proc/page.html: cannot be written: "),
    ("report -o out", 2, "out: is not empty and was not written by kg (name another folder, or empty it)"),
    ("report -o .", 2, ".: is not empty and was not written by kg"),
    ("report -o tree", 2, "tree: is not empty and was not written by kg"),
    ("report -o out/mine.txt", 2, "out/mine.txt: is not a folder (name a folder)"),
    ("report -o /dev/null", 2, "/dev/null: is not a folder (name a folder)"),
    ("report -o out/mine.txt/report", 1, "lies below a file (name a place in a folder)"),
    (f"report -o out/{LONG}", 1, "cannot be written: File name too long"),
    ("report -o /proc/report", 1, "/proc/report: cannot be written: "),
)
# fmt: on


@pytest.mark.parametrize(("typed", "code", "told"), WRONG_PLACES, ids=[each[0][:45] for each in WRONG_PLACES])
def test_an_output_goes_nowhere_it_should_not(
    typed: str, code: int, told: str, project: Project, at_project: CLI
) -> None:
    before = project.contents()
    got, out, err = at_project(*typed.split())
    assert got == code, err
    assert told in err
    assert out == ""
    assert not [word for word in UNSAID if word in err]
    assert project.contents() == before


def test_a_wrong_folder_is_refused_before_anything_is_built(project: Project, at_project: CLI) -> None:
    with_news(project)
    before = project.contents()
    assert at_project("report", "-o", "out")[0] == 2
    assert project.contents() == before


def test_the_folder_that_one_stands_in_is_not_replaced(
    project: Project, at_project: CLI, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = project.path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    code, _, err = at_project("report", "-o", ".")
    assert (code, "is the folder that you stand in" in err) == (2, True)
    monkeypatch.chdir(project.out / "report" / "antibody")
    code, _, err = at_project("report", "-o", "..")
    assert (code, "is the folder that you stand in" in err) == (2, True)


def test_missing_parents_are_made_and_an_empty_folder_is_taken(project: Project, at_project: CLI) -> None:
    (project.path / "empty").mkdir()
    for folder in ("new/deep/report", "empty"):
        assert at_project("report", "-o", folder, "-q")[0] == 0
        assert (project.path / folder / "index.html").is_file()
    assert at_project("view", "ab:engager-one", "-o", "other/page.html")[0] == 0
    assert (project.path / "other/page.html").read_bytes() == (project.out / "page.html").read_bytes()
    assert leftovers(project) == []


def test_a_report_replaces_a_report_whole(project: Project, do: Run, whole: Project) -> None:
    (project.out / "report" / "index.html").write_text("older")
    (project.out / "report" / "of-old.html").write_text("older")
    assert do("report").code == 0
    assert project.contents() == whole.contents()


def test_what_a_link_leads_to_is_written_and_the_link_stays(project: Project, do: Run, whole: Project) -> None:
    elsewhere = project.path / "elsewhere"
    elsewhere.mkdir()
    for name in ("report", "page.html"):
        (project.out / name).rename(elsewhere / name)
        (project.out / name).symlink_to(elsewhere / name)
    (elsewhere / "page.html").write_text("older")
    (elsewhere / "report" / "index.html").write_text("older")
    assert [do(command).code for command in ("report", "view")] == [0, 0]
    for name in ("report/index.html", "page.html"):
        assert (elsewhere / name).read_bytes() == (whole.out / name).read_bytes()
    assert (project.out / "report").is_symlink()
    assert (project.out / "page.html").is_symlink()


def test_a_page_can_go_to_standard_output(project: Project) -> None:
    result = project.process(["view", "ab:engager-one", "-o", "/dev/stdout", "-q", "--root", str(project.tree)])
    assert result.code == 0
    assert result.out == (project.out / "page.html").read_text()


# Disks that refuse. {command: exit code and what is said}

ANSWERS = tuple(command for command in OF_TRIPLES if command != "view")
REFUSED = "cannot be written: {reason} (nothing was changed)"
IN_MEMORY = "working in memory"
ON_A_DISK_THAT_REFUSES = {
    **dict.fromkeys(("build", "import", "report", "view"), (1, REFUSED)),
    **dict.fromkeys(ANSWERS, (0, IN_MEMORY)),
    "build --check": (1, "is not what the tables say (run kg build)"),
    "check": (1, ""),
    "cache path": (0, ""),
    "cache clear": (0, ""),
}


def test_a_full_quota_changes_nothing(project: Project, healthy: dict[str, str]) -> None:
    """A file may not grow at all: RLIMIT_FSIZE."""
    with_news(project)
    shutil.rmtree(project.cache)
    before = project.contents()
    for command, (code, said) in ON_A_DISK_THAT_REFUSES.items():
        result = project.process(
            project.args(command), preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        )
        expect(result, command, code, said.format(reason="File too large"), healthy)
        assert project.contents() == before, command
        assert not list(project.stores.glob("*")), command


@pytest.mark.parametrize(("command", "limit"), [("build", 300), ("build", 1000), ("build", 3000), ("import", 1000)])
def test_a_file_that_outgrows_the_quota_takes_no_other_along(command: str, limit: int, project: Project) -> None:
    """Smaller files would fit: a command that wrote them would leave half of each state."""
    with_news(project)
    cell("sources", "title", "Long" * 300)(project)
    before = project.contents()
    result = project.process(
        project.args(command), preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    )
    assert result.code == 1, result.said
    assert REFUSED.format(reason="File too large") in result.err
    assert project.contents() == before


def expect(result: Result, command: str, code: int, said: str, healthy: dict[str, str]) -> None:
    assert result.code == code, f"{command}: {result.said}"
    assert said in result.said, f"{command}: {result.said}"
    assert not [word for word in UNSAID if word in result.said], result.said
    if said == IN_MEMORY:
        assert result.err.count("kg:") == 1, result.err
        if command != "stats":  # which tells where the store is
            assert result.out == healthy[command]


class ReadOnly:
    """Runs commands while a folder cannot be written, whoever we are."""

    SCRIPT = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'

    def __init__(self, project: Project) -> None:
        self.project = project
        self.before = ["unshare", "-rm", "sh", "-c", self.SCRIPT, str(project.path)]
        probe = subprocess.run([*self.before, "true"], capture_output=True, check=False)
        self.mounts = probe.returncode == 0
        self.reason = "Read-only file system" if self.mounts else "Permission denied"
        if not self.mounts and os.geteuid() == 0:
            pytest.fail(f"root, and no mounts ({probe.stderr.decode().strip()}): allow user namespaces")

    def process(self, args: list[str]) -> Result:
        if self.mounts:
            return self.project.process(args, before=self.before)
        folders = [self.project.path, *(path for path in self.project.path.rglob("*") if path.is_dir())]
        modes = {folder: folder.stat().st_mode for folder in folders}
        try:
            for folder in folders:
                folder.chmod(0o555)
            return self.project.process(args)
        finally:
            for folder, mode in modes.items():
                folder.chmod(mode)


def test_a_read_only_disk_changes_nothing(project: Project, healthy: dict[str, str]) -> None:
    with_news(project)
    shutil.rmtree(project.cache)
    disk = ReadOnly(project)
    before = project.contents()
    for command, (code, said) in ON_A_DISK_THAT_REFUSES.items():
        expect(disk.process(project.args(command)), command, code, said.format(reason=disk.reason), healthy)
        assert project.contents() == before, command


def test_a_fresh_tree_with_a_warm_cache_needs_no_writing(project: Project, healthy: dict[str, str]) -> None:
    disk = ReadOnly(project)
    for command in ("build", "build --check", "import", "check"):
        assert disk.process(project.args(command)).code == 0, command
    for command in ANSWERS:
        result = disk.process(project.args(command))
        assert result.code == 0, command
        assert IN_MEMORY not in result.err
        assert careless.placeless(result.out, project) == healthy[command]
    cleared = disk.process(project.args("cache clear"))
    assert cleared.code == 1
    assert "cannot be removed" in cleared.err
    assert "removed 0 folders" in cleared.err


# Streams.

SAYS_NOTHING_ON_STDOUT = ("build", "build --check", "import", "view", "cache clear")


def test_a_full_standard_output_is_a_failure(project: Project) -> None:
    before = project.contents()
    for command in COMMANDS:
        with Path("/dev/full").open("wb") as full:
            result = project.process(project.args(command), stdout=full.fileno())
        assert not [word for word in UNSAID if word in result.err], result.err
        if command in SAYS_NOTHING_ON_STDOUT:
            assert result.code == 0, command
        else:
            assert result.code == 1, command
            assert "kg: No space left on device" in result.err
        assert project.contents() == before, command
    for args in (["--help"], ["--version"], ["build", "--help"]):
        with Path("/dev/full").open("wb") as full:
            result = project.process(args, stdout=full.fileno())
        assert (result.code, result.err) == (1, "kg: No space left on device\n")


def test_a_closed_pipe_is_silent(project: Project) -> None:
    for args in (*map(project.args, COMMANDS), ["--help"], [*project.args("view")[:2], "-o", "/dev/stdout"]):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            result = project.process(args, stdout=writer, env={"KG_ROOT": str(project.tree)})
        finally:
            os.close(writer)
        assert result.code == 0, f"{args}: {result.err}"
        assert "kg:" not in result.err
        assert not [word for word in (*UNSAID, "Broken", "Exception") if word in result.err], result.err


@pytest.mark.parametrize("stream", [0, 1, 2])
def test_a_stream_that_the_caller_has_closed_is_no_crash(stream: int, project: Project) -> None:
    for command in ("stats", "sparql -f -", "check", "build", "view", "cache path"):
        result = project.process(project.args(command), preexec=lambda: os.close(stream))
        assert not [word for word in UNSAID if word in result.said], result.said
        if stream == 0 and command == "sparql -f -":
            assert result.code == 2
            assert "is not SPARQL" in result.err
        elif stream == 1:
            assert result.code in (0, 1)
        else:
            assert result.code == 0, f"{command}: {result.said}"


C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_files_do_not_depend_on_the_locale(project: Project, do: Run) -> None:
    cell("antibodies", "label", "Žluťoučký 𝔘 שלום")(project)
    assert [do(command).code for command in ("build", "report", "view")] == [0, 0, 0]
    before = project.contents()
    for env in (C_LOCALE, {"PYTHONIOENCODING": "ascii"}):
        for command in ("build --check", "check", "report", "view"):
            result = project.process(project.args(command), env=env)
            assert result.code == 0, f"{command}: {result.said}"
        assert project.contents() == before


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii", "utf-16"])
def test_an_answer_that_the_terminal_cannot_show_is_told(encoding: str, project: Project, do: Run) -> None:
    cell("antibodies", "label", "Žluťoučký 𝔘 שלום")(project)
    assert do("build").code == 0
    for command in ("sparql", "sparql -f", "ask"):
        result = project.process(project.args(command), env={"PYTHONIOENCODING": encoding})
        assert not [word for word in UNSAID if word in result.err], result.err
        if result.code != 0:
            assert result.code == 1
            assert "PYTHONUTF8=1" in result.err
            assert result.out == ""


@pytest.mark.parametrize(
    "args",
    [["show", "\udcff"], ["sparql", "SELECT ('\udcff' AS ?x) {}"], ["ask", "changes-since", "-p", "since=\udcff"]],
    ids=["show", "sparql", "ask"],
)
def test_an_argument_that_is_no_text_is_told(args: list[str], project: Project) -> None:
    result = project.process([*args, "--root", str(project.tree)])
    assert result.code in (1, 2)
    assert result.err.startswith("kg: ")
    assert not [word for word in (*UNSAID, "terminal") if word in result.err], result.err


# Runs that are cut short.

STOPPING = """
import os, pathlib, signal, sys
from kg.cli import main

left, name = int(sys.argv[1]), sys.argv[2]

def stopping(original):
    def rename(self, target):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.Signals[name])
        return original(self, target)
    return rename

pathlib.Path.replace = stopping(pathlib.Path.replace)
pathlib.Path.rename = stopping(pathlib.Path.rename)
main(sys.argv[3:])
"""


def stopped(project: Project, command: str, at: int, signal: str) -> Result:
    """Run a command that gets a signal just before it renames something for the `at`th time."""
    done = subprocess.run(
        [sys.executable, "-c", STOPPING, str(at), signal, *project.args(command)],
        env={**os.environ, "KG_CACHE": str(project.cache)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Result(done.returncode, done.stdout, done.stderr)


# A report notes first that the tree is built.
CUTS = (("build", 1), ("import", 1), ("view", 1), ("report", 1), ("report", 2), ("report", 3))


@pytest.fixture(scope="module")
def renewed(whole: Project, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """What a command makes of the project of a cut-short run, when nobody cuts it short."""

    def contents(command: str) -> dict[str, str]:
        project = careless.copied(whole, tmp_path_factory.mktemp("renewed"))
        before_cut(project, command)
        with pytest.MonkeyPatch.context() as patch:
            assert careless.in_process(project, command, patch).code == 0
        return project.contents()

    return contents


def before_cut(project: Project, command: str) -> None:
    """Something to write: news for build and import, an older output for the others."""
    if command in ("build", "import"):
        with_news(project)
    (project.out / "page.html").write_text("older")
    (project.out / "report" / "index.html").write_text("older")


@pytest.mark.parametrize(("command", "at"), CUTS)
def test_a_killed_run_leaves_what_stood_there_and_the_next_sweeps(
    command: str, at: int, project: Project, do: Run, renewed: Callable[[str], dict[str, str]]
) -> None:
    before_cut(project, command)
    before = project.contents()
    assert stopped(project, command, at, "SIGKILL").code == -9
    assert leftovers(project)
    after = {name: told for name, told in project.contents().items() if ".kg-" not in name}
    if (command, at) == ("report", 3):  # between the two renames: the old one is aside, and comes back
        assert "out/report" not in after
        assert do("view").code == 0
        page = {"out/page.html": project.contents()["out/page.html"]}
        assert project.contents() == before | page
    else:
        assert after == before
    assert do(command).code == 0
    assert leftovers(project) == []
    made = renewed(command)
    assert {**project.contents(), "out/page.html": ""} == {**made, "out/page.html": ""}


@pytest.mark.parametrize(("command", "at"), CUTS)
def test_an_interrupted_run_leaves_everything_as_it_was(command: str, at: int, project: Project) -> None:
    before_cut(project, command)
    before = project.contents()
    result = stopped(project, command, at, "SIGINT")
    assert result.code == 130
    assert result.err.endswith("kg: interrupted\n")
    assert not [word for word in UNSAID if word in result.err]
    assert project.contents() == before


def test_leftovers_of_a_living_process_are_left_alone(project: Project, do: Run) -> None:
    theirs = project.out / f".page.html.kg-{os.getppid()}-abcdefgh"
    theirs.write_text("half of a page")
    mine = project.out / ".page.html.kg-notes"
    mine.write_text("of the user")
    dead = project.out / ".other.html.kg-4194399-abcdefgh"  # above any process that Linux gives
    dead.write_text("half of a page")
    assert do("view").code == 0
    assert [path.exists() for path in (theirs, mine, dead)] == [True, True, False]
