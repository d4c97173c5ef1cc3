"""
Identifies an upload, and re-encodes pictures. Run as a separate program, because uploads are not trusted:

    python -I upload_reader.py ROOT "" NAME < file  > a line of JSON, the re-encoded picture, what it measured as JSON
    python -I upload_reader.py ROOT image/png < file  > the same for a picture of a known type
    python -I upload_reader.py ROOT squares '{"crop": […], "squares": […]}' < file  > the line, then the squares
    python -I upload_reader.py ROOT preview KIND < file  > the line, then a small picture of a stored file

What it measures comes last: if that takes too long, the process is stopped and the rest is still valid.
"""

import json
import resource
import sys
from typing import Any

MEMORY_BYTES_MAX = 1536 * 2**20
SECONDS_MAX = 20
MEASURE_SECONDS_MAX = 4


def main() -> int:
    sys.path.insert(0, sys.argv[1])
    from apps.common import child_process

    child_process.limit(memory_bytes=MEMORY_BYTES_MAX, seconds=SECONDS_MAX)
    from apps.files import rules

    content = sys.stdin.buffer.read()
    wish, detail = [*sys.argv[2:], "", ""][:2]
    wants_squares = wish == "squares"
    if wish == "preview":
        return _preview(content, detail)
    kind = wish if wish and not wants_squares else rules.content_type(content)
    answer: dict[str, Any] = {"kind": kind, "problem": None}
    drawn: list[bytes] = []
    if kind in rules.IMAGES:
        from apps.files import pictures

        try:
            if wants_squares:
                options = json.loads(detail)
                squares = [pictures.Square(*square) for square in options["squares"]]
                drawn = pictures.draw_squares(content, str(kind), pictures.Crop(*options["crop"]), squares)
            else:
                drawn = [pictures.draw_again(content, str(kind))]
        except pictures.PictureTooLarge:
            answer["problem"] = "too_large"
        except pictures.PictureTooSmall:
            answer["problem"] = "too_small"
        except pictures.PictureUnreadable:
            answer["problem"] = "unreadable"
    answer["lengths"] = [len(part) for part in drawn]
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(drawn))
    sys.stdout.buffer.flush()
    if kind is not None and not answer["problem"] and not wants_squares:
        stored = drawn[0] if drawn else content
        sys.stdout.buffer.write(json.dumps(_measured(stored, kind, detail)).encode())
    return 0


def _preview(content: bytes, kind: str) -> int:
    from apps.files import pictures, previews

    answer: dict[str, Any] = {"kind": kind, "problem": None, "lengths": []}
    drawn = b""
    try:
        drawn = previews.draw(content, kind)
        answer["lengths"] = [len(drawn)]
    except pictures.PictureUnreadable:
        answer["problem"] = "unreadable"
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + drawn)
    return 0


def _measured(content: bytes, kind: str, name: str) -> dict[str, Any]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + MEASURE_SECONDS_MAX
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, SECONDS_MAX), SECONDS_MAX))
    from apps.files import measuring

    try:
        return measuring.measure(content, kind, name)
    except Exception:  # a broken file can raise anything
        return {"problem": measuring.BROKEN}


if __name__ == "__main__":
    sys.exit(main())
