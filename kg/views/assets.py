"""The scripts and style sheets of the pages: ours, and the script of vis-network as the pyvis wheel carries it."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from kg.errors import KgError

OURS = ("base.css", "network.css", "network.js", "panel.js", "picture.js", "site.css", "site.js")
# Its style sheet is left out: 220 kB of pictures for buttons and tooltips that our pages do not use.
VIS = {"vis-network.min.js": "vis-network.min.js"}
_VIS_FOLDER = Path("lib", "vis-9.1.2")


@cache
def asset(name: str) -> str:
    """The text of one asset, license header included.

    Raises
    ------
    KgError
        The pyvis that is installed does not carry it.
    """
    if name not in VIS:
        return Path(__file__).with_name(name).read_text(encoding="utf-8")
    spec = find_spec("pyvis")  # finds the folder without importing pyvis, which takes half a second
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        path = Path(place) / _VIS_FOLDER / VIS[name]
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise KgError(f"has no {_VIS_FOLDER / VIS[name]}", "pyvis", "pip install pyvis==0.3.2")


def asset_files() -> dict[str, bytes]:
    """File name -> content of a folder `assets/` that many pages share."""
    return {name: asset(name).encode() for name in sorted((*VIS, *OURS))}
