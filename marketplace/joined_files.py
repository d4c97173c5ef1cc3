"""
The stylesheet and the script that pages load, each joined from its source files.

A page that linked every file would make about seventy requests; imports would load one after the other. This
staticfiles finder therefore provides `css/app.css` and `js/app.js` in addition to `static/`: collectstatic hashes and
compresses them like other files, and a development server serves changes without a restart.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

SOURCES = Path(settings.BASE_DIR) / "static"

# The order in the joined file. It does not matter between the stylesheet's layers
# (css/layers.css sets their priority); among components a later rule overrides an equal selector of an earlier one.
JOINED: dict[str, tuple[str, ...]] = {
    "css/app.css": (
        *(f"css/{name}.css" for name in ("layers", "tokens", "base", "layout")),
        *(
            f"css/components/{name}.css"
            for name in (
                "frame", "menu", "page-head", "button", "icon", "tag", "chip", "figures", "person", "card", "list",
                "note", "empty", "field", "affix", "choices", "milestone", "error-summary", "counter", "facets",
                "filters", "searchbar", "file-drop", "table", "stats", "steps", "timeline", "bubble", "file", "dialog",
                "tabs", "sidenav", "sums", "description-list", "pager", "meter", "prose", "checklist", "answer", "line",
                "criteria", "toast", "gallery", "second-factor", "triage", "inbox", "histogram", "skill-picker",
                "landing", "sheet", "error-page", "states", "keys", "matrix",
            )
        ),
        "css/utilities.css",
    ),
    "js/app.js": (
        "js/helpers.js",
        *(
            f"js/elements/{name}.js"
            for name in (
                "char-count", "money-preview", "file-drop", "copy-text", "auto-form", "auto-save", "theme-switch",
                "hot-keys", "list-keys", "row-list", "insert-text", "picture-crop",
                "push-switch",
            )
        ),
        *(
            f"js/behaviours/{name}.js"
            for name in ("menus", "toasts", "sending", "sliders", "time-zone", "focus", "polling")
        ),
    ),
}  # fmt: skip

# In one file the names of a module are visible to the modules after it, so imports and exports are removed.
_IMPORT = re.compile(r'^import \{[^}]*\} from "[^"]+";\n+', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)


def joined(name: str) -> str:
    """The text of a joined file, from its present sources."""
    parts = [(SOURCES / part).read_text(encoding="utf-8") for part in JOINED[name]]
    if name.endswith(".js"):
        parts = [_EXPORT.sub("", _IMPORT.sub("", part)) for part in parts]
    return "\n".join(parts)


class JoinedFilesFinder(BaseFinder):
    """
    Writes the joined files to a temporary folder of this process when they are first requested, or when a source
    changed.
    """

    _folder: Path | None = None

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        if path not in JOINED:
            return []
        result = str(self._written(path))
        return [result] if find_all else result

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in JOINED:
            self._written(name)
            yield name, FileSystemStorage(location=str(self._folder))

    def _written(self, name: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="tradewind-static-"))
            atexit.register(_remove, self._folder, os.getpid())
        path = self._folder / name
        newest = max((SOURCES / part).stat().st_mtime for part in JOINED[name])
        if not path.exists() or path.stat().st_mtime < newest:
            path.parent.mkdir(parents=True, exist_ok=True)
            written = path.with_suffix(".new")
            written.write_text(joined(name), encoding="utf-8")
            written.replace(path)
        return path


def _remove(folder: Path, owner: int) -> None:
    """A forked process shares the folder and must not delete it."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
