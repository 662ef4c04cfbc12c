"""The site: `make site` builds it, `make links` asks whether what it points to elsewhere is still there."""

from __future__ import annotations

import sys
from pathlib import Path

import skylift

sys.path.insert(0, str(Path(__file__).parent))

project = "Skylift"
author = "the authors of Skylift"
release = version = skylift.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "outside"]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

autoclass_content = "class"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
autodoc_preserve_defaults = True
add_module_names = False
python_use_unqualified_type_names = True
# Types in signatures that the public face does not name; what it names has to be on the page.
nitpick_ignore_regex = [("py:.*", r"(?!skylift\.[A-Z]\w*$).*")]

html_theme = "furo"
html_title = "Skylift"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
# No page of ours asks anybody else's server for anything.
html_use_index = False
html_domain_indices = False

linkcheck_timeout = 20
linkcheck_anchors_ignore_for_url = [r"https://github\.com/.*"]
linkcheck_ignore = [r"https?://(localhost|127\.0\.0\.1).*"]
