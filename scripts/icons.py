"""
Builds static/img/icons.svg, the sprite of Lucide symbols for <c-icon>.

    npm pack lucide-static && tar xzf lucide-static-*.tgz
    python scripts/icons.py package/icons

Lucide is ISC-licensed (some icons MIT, from Feather); the licence is next to the sprite: static/img/LICENSE.icons.
"""

import re
import sys
from pathlib import Path

NAMES = [
    "alarm-clock", "arrow-left", "arrow-right", "arrow-up-right", "award", "badge-check", "ban", "banknote", "bell",
    "book-open", "bookmark", "briefcase", "building-2", "calendar", "camera", "chart-line", "check", "chevron-down",
    "chevron-left", "chevron-right", "circle-alert", "circle-check", "circle-help", "circle-x", "clipboard-check",
    "clock", "code", "copy", "credit-card", "download", "ellipsis", "eye", "eye-off", "external-link", "file",
    "file-check", "file-text", "filter", "flag", "globe", "hand-coins", "handshake", "history", "house", "image",
    "inbox", "info", "key", "landmark", "languages", "layers", "link", "list-checks", "loader", "lock", "log-out",
    "log-in", "mail", "map-pin", "megaphone", "menu", "message-circle", "messages-square", "monitor", "moon",
    "package", "palette", "paperclip", "pencil", "percent", "plus", "receipt", "refresh-cw", "reply", "rotate-ccw",
    "save", "scale", "search", "send", "settings", "shield", "shield-check", "shopping-cart", "sliders-horizontal",
    "sparkles", "star", "sun", "tag", "thumbs-up", "timer", "trash-2", "trending-up", "triangle-alert", "undo-2",
    "upload", "user", "user-plus", "users", "video", "wallet", "wind", "x", "database", "pen-tool", "headphones",
    "arrow-up-down", "arrow-down", "circle-dot", "hourglass", "list", "minus", "fingerprint", "smartphone",
    "circle", "message-square", "hand", "clipboard-list", "calendar-clock", "circle-dollar-sign", "circle-pause",
    "circle-play", "pen", "bell-off", "lock-open", "user-check", "user-minus", "file-plus", "list-todo",
    "scroll-text", "trophy", "target", "zap", "gavel", "split", "repeat", "rows-3",
]  # fmt: skip
SPRITE = Path(__file__).resolve().parent.parent / "static" / "img" / "icons.svg"
RENAMED = {"circle-help": "circle-question-mark", "filter": "funnel"}


def symbol(folder: Path, name: str) -> str:
    source = folder / f"{name}.svg"
    if not source.exists():
        source = folder / f"{RENAMED[name]}.svg"
    body = re.search(r"<svg[^>]*>(.*)</svg>", source.read_text(), re.DOTALL)
    assert body, source
    drawing = re.sub(r"\s*\n\s*", "", body[1])
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>'


def main() -> None:
    folder = Path(sys.argv[1])
    symbols = "\n".join(symbol(folder, name) for name in sorted(set(NAMES)))
    SPRITE.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="round" stroke-linejoin="round">\n{symbols}\n</svg>\n'
    )
    print(f"{len(set(NAMES))} symbols, {SPRITE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
