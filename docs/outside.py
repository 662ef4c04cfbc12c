"""What the site needs beside Sphinx: links out of the folder `docs`, and names of the Python face.

A page may link to any file or folder of the repository, as it does for those who read it there. A file can be
downloaded from the site, which is MyST's way; of a folder, which has no page, the name is shown. Both have to exist.
README, CONTRIBUTING and CHANGELOG are pages of the site as well; their links begin at the repository's root.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

import skylift

_ROOT = Path(__file__).resolve().parents[1]
_PAGES = {"README.md": "readme", "CONTRIBUTING.md": "contributing", "CHANGELOG.md": "changelog"}


class LinksOutside(SphinxPostTransform):
    """Links to what is in the repository and has no page. What is nowhere is left to MyST, which warns of it."""

    default_priority = 8  # MyST resolves at 9

    def run(self, **_: Any) -> None:
        for node in list(self.document.findall(pending_xref)):
            if node.get("reftype") == "myst" and node.get("refdomain") != "doc":
                self._resolve(node)

    def _resolve(self, node: pending_xref) -> None:
        from_docname = str(node["refdoc"])
        folder = Path(self.app.srcdir, from_docname).parent
        starts = (folder, _ROOT) if from_docname in _PAGES.values() else (folder,)
        target = str(node["reftarget"])
        found = next((path for start in starts if (path := Path(start, target).resolve()).exists()), None)
        if not target or found is None or not found.is_relative_to(_ROOT):
            return
        page = _PAGES.get(str(found.relative_to(_ROOT)))
        if page is None:
            node.replace_self(node[0].deepcopy())
        else:
            node.replace_self(make_refnode(self.app.builder, from_docname, page, "", node[0].deepcopy()))


def name_of_the_face(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """A type in a signature is named by the module that defines it; people import it from `skylift`."""
    name = str(node["reftarget"]).rpartition(".")[2]
    if node.get("refdomain") != "py" or name not in skylift.__all__:
        return None
    python: Any = env.domains["py"]
    target = f"skylift.{name}"
    found: nodes.Node | None = python.resolve_xref(
        env, node["refdoc"], app.builder, "obj", target, node, content
    )
    return found


def without_constructor(
    app: Sphinx, what: str, name: str, found: object, options: object, signature: str, returned: str
) -> tuple[str, str] | None:
    """Nobody makes these objects but us: what a constructor takes is no part of the face."""
    del app, name, found, options, signature, returned
    return ("", "") if what == "class" else None


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(LinksOutside)
    app.connect("missing-reference", name_of_the_face)
    app.connect("autodoc-process-signature", without_constructor)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
