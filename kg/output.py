"""Writing files and folders: whole or not at all, and never over what is not ours."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kg.errors import KgError, UsageError

MARKER = ".bsab-kg"


def _failed(error: OSError, path: Path) -> KgError:
    return KgError(f"cannot be written: {error.strerror or error}", str(path), "nothing was changed")


def write_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it there.

    Raises
    ------
    KgError
        It cannot be written; what stood there is as it was.
    """
    if path.is_dir():
        raise UsageError("is a directory", str(path), "name a file")
    if path.exists() and not path.is_file():  # /dev/stdout, /dev/full: nothing to rename
        try:
            with path.open("wb") as stream:
                stream.write(content)
        except OSError as error:
            raise _failed(error, path) from None
        return
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise _failed(error, path) from None


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
    path = path.absolute()
    if path.exists() and not path.is_dir():
        raise UsageError("is not a folder", str(path), "name a folder")
    try:
        if path.is_dir() and any(path.iterdir()) and not (path / MARKER).is_file():
            raise UsageError("is not empty and was not written by kg", str(path), "name another folder, or empty it")
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise _failed(error, path) from None
    try:
        yield fresh
        (fresh / MARKER).write_text("Written by kg; kg may replace this folder.\n")
        fresh.chmod(0o755)
        old = None
        if path.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
            os.replace(path, old)
        os.replace(fresh, path)
        if old:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise _failed(error, path) from None
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
