"""Writing files and folders: whole or not at all, and never over what is not ours.

Everything is written beside its place, under a name that holds our process, and renamed; what a killed process
has left there is removed by the next one that writes beside it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from kg.errors import KgError, UsageError

MARKER = ".bsab-kg"
_LEFTOVER = re.compile(r"\.(?P<name>.+)\.kg-(?P<process>\d+)-\w+")
_OLD, _FRESH = "old", "fresh"


def _failed(error: OSError, path: Path) -> Exception:
    if isinstance(error, BrokenPipeError):  # the reader of /dev/stdout has gone, which is no failure of ours
        return error
    return KgError(f"cannot be written: {error.strerror or error}", str(path), "nothing was changed")


def write_file(path: Path, content: bytes) -> None:
    """Write a file that the user has named; what `-o` links to is written, not the link.

    Raises
    ------
    UsageError
        It is a directory.
    KgError
        It cannot be written; what stood there is as it was.
    """
    try:
        if path.is_dir():
            raise UsageError("is a directory", str(path), "name a file")
        if path.exists() and not path.is_file():  # /dev/stdout, /dev/full: nothing to rename
            with path.open("wb") as stream:
                stream.write(content)
            return
    except OSError as error:
        raise _failed(error, path) from None
    write_files({Path(os.path.realpath(path)): content})


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write several files, all or none: every one is written beside its place before the first is renamed.

    Raises
    ------
    KgError
        One of them cannot be written; none was.
    """
    staged: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for folder in {path.parent for path in contents}:
            sweep_leftovers(folder)
        for path, content in contents.items():
            if path.is_dir():
                raise KgError("is a directory where a file belongs", str(path), "move it away")
            _make_parent(path)
            handle, name = tempfile.mkstemp(prefix=_prefix(path), dir=path.parent)
            staged.append((Path(name), path))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(name).chmod(0o666 & ~_umask())
        for temporary, path in staged:
            temporary.replace(path)
    except OSError as error:
        raise _failed(error, path) from None
    finally:
        for temporary, _ in staged:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def require_replaceable(path: Path) -> Path:
    """The absolute path of a folder that may be replaced: one that is not there, is empty, or was written by us.

    Raises
    ------
    UsageError
        It is something else.
    """
    try:
        place = Path(os.path.realpath(path))
        if place.exists() and not place.is_dir():
            raise UsageError("is not a folder", str(path), "name a folder")
        if place.is_dir() and any(place.iterdir()) and not (place / MARKER).is_file():
            raise UsageError("is not empty and was not written by kg", str(path), "name another folder, or empty it")
        if place in (Path.cwd(), *Path.cwd().parents):
            raise UsageError("is the folder that you stand in", str(path), "name a folder inside it, or one elsewhere")
    except OSError as error:
        raise _failed(error, path) from None
    return place


@contextlib.contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; when the block ends well it takes the place of `path`.

    Raises
    ------
    UsageError
        `path` is a file, or a folder that is neither empty nor marked as written by us.
    KgError
        It cannot be written; what stood there is as it was.
    """
    path = require_replaceable(path)
    holder = None
    try:
        _make_parent(path)
        sweep_leftovers(path.parent)
        holder = Path(tempfile.mkdtemp(prefix=_prefix(path), dir=path.parent))
        fresh = holder / _FRESH
        fresh.mkdir()
        yield fresh
        (fresh / MARKER).write_text("Written by kg; kg may replace this folder.\n")
        if path.exists():
            path.replace(holder / _OLD)
        fresh.replace(path)
    except OSError as error:
        raise _failed(error, path) from None
    finally:
        if holder:
            _clear(holder, path)


def sweep_leftovers(folder: Path) -> None:
    """Remove what killed processes have left in a folder; what they had moved aside goes back to its place."""
    for leftover in sorted(folder.glob(".*.kg-*")):
        match = _LEFTOVER.fullmatch(leftover.name)
        if match and not _alive(int(match["process"])):
            _clear(leftover, folder / match["name"])


def _clear(leftover: Path, path: Path) -> None:
    with contextlib.suppress(OSError):
        if not leftover.is_dir():
            leftover.unlink()
            return
        if (leftover / _OLD).is_dir() and not path.exists():
            (leftover / _OLD).replace(path)
        shutil.rmtree(leftover, ignore_errors=True)


def _prefix(path: Path) -> str:
    return f".{path.name}.kg-{os.getpid()}-"


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise KgError("lies below a file", str(path), "name a place in a folder") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's, or no process of this machine
        return True
    return True
