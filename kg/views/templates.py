"""Our HTML templates. Everything that is filled in is escaped, unless it was made here and marked so."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from kg.views.assets import asset
from kg.views.drawing import Drawing, Shape
from kg.views.shapes import is_external, safe_href

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_ADDRESS = 60  # characters of a web address that stand on a link


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["ascii"] = str.isascii
    environment.filters |= {"href": safe_href, "external": is_external, "brief": brief_address, "after": after}
    return environment


def render(template: str, **values: object) -> str:
    """The text of a template; a value that it names and nobody gave is an error."""
    return _environment().get_template(template).render(values)


def drawn(drawing: Drawing, relative: Callable[[str], str] = str) -> str:
    """A picture as inline SVG; `relative` turns links from the root of the report into links from the page."""
    from markupsafe import Markup

    return render(
        "drawing.svg", drawing=drawing, body=Markup("\n".join(_element(one, relative) for one in drawing.shapes))
    )


def _element(shape: Shape, relative: Callable[[str], str]) -> str:
    """A shape as an element. Made here and not in the template: a report has some hundred thousand."""
    given = "".join([f' {name}="{escape(value)}"' for name, value in shape.attributes])
    title = f"<title>{escape(shape.title)}</title>" if shape.title else ""
    element = f"<{shape.tag}{given}>{title}{escape(shape.text)}</{shape.tag}>"
    href = relative(shape.href) if shape.href else ""
    return f'<a href="{escape(href)}">{element}</a>' if href else element


def brief_address(text: str) -> str:
    """A web address without its scheme, cut to 60 characters; any other text as it is. For what stands on a link.

    Examples
    --------
    >>> brief_address("https://www.nice.org/guidance/ta850"), brief_address("PMID:31000000")
    ('nice.org/guidance/ta850', 'PMID:31000000')
    """
    if not text.startswith(("http://", "https://")):
        return text
    bare = text.split("//", 1)[1].removeprefix("www.")
    return bare if len(bare) <= _ADDRESS else bare[: _ADDRESS - 1] + "…"


def after(text: str, start: str) -> str:
    """What follows where a text starts with another: a locator that repeats the address of its source.

    Examples
    --------
    >>> after("https://x.example/a (table 2)", "https://x.example/a"), after("table 2", "https://x.example/a")
    ('(table 2)', 'table 2')
    """
    return text.removeprefix(start + " ") if start else text


def json_for_html(value: object) -> Markup:
    """JSON that can stand inside a `script` element: no character in it means anything to HTML.

    Examples
    --------
    >>> str(json_for_html("</script>"))
    '"\\\\u003c/script\\\\u003e"'
    """
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def head_of(styles: Iterable[str], scripts: Iterable[str], assets: str | None) -> tuple[Markup, Markup, str]:
    """Style elements, script elements and the content security policy of a page.

    Parameters
    ----------
    assets
        The relative path of the shared folder; None puts everything into the page.

    Notes
    -----
    The policy forbids every request but those for the page's own files, so a page that wanted to phone home
    could not; scripts inside the page run only when their hash stands in the policy.
    """
    from markupsafe import Markup

    css, js, hashes = [], [], []
    for name in styles:
        if assets is None:
            css.append(Markup("<style>\n{}\n</style>").format(Markup(asset(name))))
        else:
            css.append(Markup('<link rel="stylesheet" href="{}/{}">').format(assets, name))
    for name in scripts:
        if assets is None:
            text = "\n" + asset(name) + "\n"
            js.append(Markup("<script>{}</script>").format(Markup(text)))
            hashes.append(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'")
        else:
            js.append(Markup('<script src="{}/{}"></script>').format(assets, name))
    own = "'self' file:"
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src " + (" ".join(hashes) if assets is None else own),
            "style-src 'unsafe-inline'" + ("" if assets is None else " " + own),
            "img-src data: blob:",
            f"frame-src {own}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return Markup("\n").join(css), Markup("\n").join(js), policy
