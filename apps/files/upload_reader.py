"""
Identifies an upload, and re-encodes pictures. Run as a separate program, because uploads are not trusted:

    python -I upload_reader.py ROOT < file  > a line of JSON, then the re-encoded picture
    python -I upload_reader.py ROOT image/png < file  > the same for a picture of a known type
"""

import json
import sys

MEMORY_BYTES_MAX = 1536 * 2**20
SECONDS_MAX = 20


def main() -> int:
    sys.path.insert(0, sys.argv[1])
    from apps.common import child_process

    child_process.limit(memory_bytes=MEMORY_BYTES_MAX, seconds=SECONDS_MAX)
    from apps.files import rules

    content = sys.stdin.buffer.read()
    kind = sys.argv[2] if len(sys.argv) > 2 else rules.content_type(content)
    answer: dict[str, str | None] = {"kind": kind, "problem": None}
    drawn = b""
    if kind in rules.IMAGES:
        from apps.files import pictures

        try:
            drawn = pictures.draw_again(content, str(kind))
        except pictures.PictureTooLarge:
            answer["problem"] = "too_large"
        except pictures.PictureUnreadable:
            answer["problem"] = "unreadable"
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
