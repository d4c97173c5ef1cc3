"""
The one stylesheet and the one script that pages load, joined from the files in which they are written.

A page that named each file would ask for some seventy; one that imported them would wait for one after the other. So
this finder of static files offers `css/app.css` and `js/app.js` beside what is in `static/`: collectstatic hashes and
compresses them like any other file, and a development server serves them without being started again.
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

# In the order in which they are in the joined file. Between the layers of the stylesheet it does not matter
# (css/layers.css says which wins); among components a later one wins over an equal selector of an earlier one.
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
                "criteria", "toast", "gallery", "second-factor", "triage", "skill-picker", "landing", "sheet",
                "error-page", "states",
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
                "hot-keys", "row-list",
            )
        ),
        *(f"js/behaviours/{name}.js" for name in ("menus", "toasts", "sending", "sliders", "time-zone", "focus")),
    ),
}  # fmt: skip

# In one file a module's names are there for those after it: nothing is imported, nothing exported.
_IMPORT = re.compile(r'^import \{[^}]*\} from "[^"]+";\n+', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)


def joined(name: str) -> str:
    """The text of a joined file as its sources are now."""
    parts = [(SOURCES / part).read_text(encoding="utf-8") for part in JOINED[name]]
    if name.endswith(".js"):
        parts = [_EXPORT.sub("", _IMPORT.sub("", part)) for part in parts]
    return "\n".join(parts)


class JoinedFilesFinder(BaseFinder):
    """Writes the joined files to a folder of this process when they are first asked for, or when a source changed."""

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
    """A process that was forked off shares the folder and leaves it alone."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
