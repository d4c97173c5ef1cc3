"""
What an upload is, by its content; never by what its name or its sender claims.

Pure: bytes in, words out.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

import puremagic

NAME_LENGTH_MAX = 120
TEXT = "text/plain"
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

# The types that people exchange about work. Nothing that a browser or an operating system would run.
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
# Control characters, path separators, and the marks that turn "gpj.exe" round so that it reads "exe.jpg".
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def content_type(content: bytes) -> str | None:
    """The type that the bytes prove, or None if it is none that we take."""
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    try:
        matches = puremagic.magic_string(content[:65536])
        found: list[str] = [_SPELLINGS.get(match.mime_type, match.mime_type) for match in matches]
    except (puremagic.PureError, ValueError):
        found = []
    for kind in found:
        if kind in EXTENSIONS and kind not in (TEXT, "application/zip"):
            return kind
    return TEXT if _is_text(content) else None


def _archive(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if names[:1] == ["mimetype"]:
                declared = archive.read("mimetype")[:100].decode("ascii", "replace").strip()
                return declared if declared in EXTENSIONS else None
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return None
    if "[Content_Types].xml" in names:
        for folder, extension in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                # A macro document is a program that looks like a letter.
                return None if any(name.endswith("vbaProject.bin") for name in names) else _BY_EXTENSION[extension]
    return "application/zip"


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if re.match(r"\s*(<!doctype html|<html|<svg|<script|<\?xml[^>]*>\s*<svg|#!|<\?php)", text, re.IGNORECASE):
        return False
    return not any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r\f" for letter in text)


def safe_name(name: str, kind: str) -> str:
    """The uploader's name without paths and tricks, ending as its content does."""
    plain = _UNSAFE.sub("", unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot or extension.lower() not in EXTENSIONS[kind]:
        stem, extension = plain, EXTENSIONS[kind][0]
    return f"{(stem or 'file')[: NAME_LENGTH_MAX - len(extension) - 1]}.{extension.lower()}"
