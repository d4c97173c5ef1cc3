"""
Identify an upload by its content, never by its name or the sender's claim.

Pure functions on bytes.
"""

from __future__ import annotations

import codecs
import io
import lzma
import re
import unicodedata
import zipfile
import zlib

import charset_normalizer
import puremagic

from apps.common.text import is_visible

NAME_LENGTH_MAX = 120
TEXT = "text/plain"
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

# The types that users exchange for work. None that a browser or an operating system would execute.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "application/pdf": ("pdf",),
    "application/zip": ("zip",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/vnd.oasis.opendocument.presentation": ("odp",),
    "video/mp4": ("mp4", "m4v"),
    "video/webm": ("webm",),
    "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",),
    TEXT: ("txt", "md", "csv", "tsv", "json", "srt", "vtt", "po", "py", "css", "xml", "yaml", "yml", "log"),
}
_SPELLINGS = {
    "image/jpg": "image/jpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/mp3": "audio/mpeg",
}
_OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_BY_EXTENSION = {extension: kind for kind, extensions in EXTENSIONS.items() for extension in extensions}
# Control characters, path separators, and direction marks with which "gpj.exe" is displayed as "exe.jpg".
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f/\\:*?\"<>|\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
# Device names reserved by Windows, with any extension.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


def content_type(content: bytes) -> str | None:
    """The type of the content, or None if it is not an allowed type."""
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    try:
        matches = puremagic.magic_string(content[:65536])
        result: list[str] = [_SPELLINGS.get(match.mime_type, match.mime_type) for match in matches]
    except (puremagic.PureError, ValueError):
        result = []
    for kind in result:
        if kind in EXTENSIONS and kind not in (TEXT, "application/zip"):
            return kind
    if _is_mpeg_audio(content):
        return "audio/mpeg"
    if _PDF_HEAD.search(content[:1024]) and b"%%EOF" in content[-2048:]:
        return "application/pdf"  # ISO 32000 allows the header within the first 1,024 bytes
    text = decoded(content)
    return TEXT if text is not None and not _PROGRAM.match(text[:1000].lstrip("\ufeff")) else None


_PDF_HEAD = re.compile(rb"%PDF-[12]\.\d")
_PROGRAM = re.compile(
    r"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*|<!doctype\s+svg[^>]*>\s*)*"
    r"(?:<!doctype html|<(?:[\w-]+:)?svg|<(?:html|head|body|script|iframe|img|object|embed|form|style)\b"
    r"|#!|<\?(?:php|=))",
    re.IGNORECASE | re.DOTALL,
)


def _archive(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if names[:1] == ["mimetype"]:
                with archive.open("mimetype") as member:  # only this much is decompressed
                    declared = member.read(100).decode("ascii", "replace").strip()
                return declared if declared in EXTENSIONS else None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, KeyError,
            NotImplementedError, RuntimeError):  # fmt: skip
        return None
    if "[Content_Types].xml" in names:
        for folder, extension in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                # A document with macros can run code.
                return None if any(name.endswith("vbaProject.bin") for name in names) else _BY_EXTENSION[extension]
    return "application/zip"


def _is_mpeg_audio(content: bytes) -> bool:
    """Whether a layer III frame begins: eleven sync bits, then a valid version, bit rate and sample rate."""
    if len(content) < 4 or content[0] != 0xFF or content[1] & 0xE0 != 0xE0:
        return False
    version, layer = content[1] >> 3 & 3, content[1] >> 1 & 3
    bit_rate, sample_rate = content[2] >> 4, content[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and sample_rate != 3


# --- text, in the encodings that users' programs write

SAMPLE_BYTES = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_ENCODINGS = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "koi8_r",
    "iso8859_2", "iso8859_15", "mac_roman", "gb18030", "big5", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949",
]  # fmt: skip
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def decoded(content: bytes) -> str | None:
    """The content as text in any common encoding, or None if it is not text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _text(content, encoding)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if not _CONTROL.search(text):
            return text
    if b"\x00" in content[:SAMPLE_BYTES]:  # UTF-16 without a byte order mark: every other byte of most words is zero
        even, odd = content[:SAMPLE_BYTES:2].count(0), content[1:SAMPLE_BYTES:2].count(0)
        if len(content) % 2 == 0 and max(even, odd) * 4 > len(content[:SAMPLE_BYTES]) // 2 and min(even, odd) == 0:
            return _text(content, "utf-16-le" if odd else "utf-16-be")
        return None
    if content.startswith(b"\x1b") or b"\x1b$" in content[:SAMPLE_BYTES]:
        return _text(content, "iso2022_jp")
    if not content or _BINARY.search(content):
        return None
    matches = charset_normalizer.from_bytes(content[:SAMPLE_BYTES], cp_isolation=_ENCODINGS)
    # Equally good matches are sorted by encoding, except that Western European comes first, because it is the most
    # common.
    best = max(matches, key=lambda item: (-item.chaos, item.coherence, item.encoding == "cp1252"), default=None)
    return _text(content, best.encoding) if best is not None else None


def _text(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    return None if _CONTROL.search(text) else text


def plain_text(text: str) -> str:
    """The text without control characters and direction marks."""
    return re.sub(r"[\x00-\x1f\x7f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]", "", text)


def safe_name(name: str, kind: str) -> str:
    """The uploader's file name without path and unsafe characters, with the extension of its content."""
    plain = _UNSAFE.sub("", unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot or extension.lower() not in EXTENSIONS[kind]:
        stem, extension = plain, EXTENSIONS[kind][0]
    if not is_visible(stem) or _DEVICE.fullmatch(stem.partition(".")[0].strip()):
        stem = f"file-{stem}" if is_visible(stem) else "file"
    return f"{stem[: NAME_LENGTH_MAX - len(extension) - 1]}.{extension.lower()}"
