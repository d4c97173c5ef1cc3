"""
Identifies an upload, and re-encodes pictures. Run as a separate program, because uploads are not trusted:

    python -I upload_reader.py ROOT < file  > a line of JSON, then the re-encoded picture
    python -I upload_reader.py ROOT image/png < file  > the same for a picture of a known type
    python -I upload_reader.py ROOT squares '{"crop": […], "squares": […]}' < file  > the line, then the squares
"""

import json
import sys
from typing import Any

MEMORY_BYTES_MAX = 1536 * 2**20
SECONDS_MAX = 20


def main() -> int:
    sys.path.insert(0, sys.argv[1])
    from apps.common import child_process

    child_process.limit(memory_bytes=MEMORY_BYTES_MAX, seconds=SECONDS_MAX)
    from apps.files import rules

    content, arguments = sys.stdin.buffer.read(), sys.argv[2:]
    wants_squares = arguments[:1] == ["squares"]
    kind = arguments[0] if arguments and not wants_squares else rules.content_type(content)
    answer: dict[str, Any] = {"kind": kind, "problem": None}
    drawn: list[bytes] = []
    if kind in rules.IMAGES:
        from apps.files import pictures

        try:
            if wants_squares:
                options = json.loads(arguments[1])
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
