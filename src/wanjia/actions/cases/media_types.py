"""What an uploaded file really is: its first bytes decide, and its name must not say something else."""

import io
import zipfile

from PIL import Image

MEDIA_TYPES = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "application/pdf": ("pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
}
"""Allowed media types and the endings that may stand for them."""

PIXELS_MAX = 60_000_000
"""A decompression bomb is a small file with a huge picture; phones of 2026 take up to 50 million pixels."""

UNPACKED_BYTES_MAX = 100 * 1024 * 1024
"""Total size that an office file may unpack to."""

_IMAGE_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_OFFICE_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}


def recognise(name: str, content: bytes) -> str | None:
    """The media type of the content, or None when it is not allowed or its name's ending says something else."""
    found = _by_content(content)
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return found if found is not None and ending in MEDIA_TYPES[found] else None


def _by_content(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _picture(content)


def _picture(content: bytes) -> str | None:
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_IMAGE_FORMATS)) as picture:
            width, height = picture.size
            kind = _IMAGE_FORMATS.get(picture.format or "")
            picture.verify()
    except Exception:  # the library raises many kinds for broken pictures; each means: not a picture we take
        return None
    return kind if width * height <= PIXELS_MAX else None


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        return None
    names = {entry.filename for entry in entries}
    if sum(entry.file_size for entry in entries) > UNPACKED_BYTES_MAX or any("vbaProject" in name for name in names):
        return None
    ending = next((ending for part, ending in _OFFICE_PARTS.items() if part in names), "")
    return next((kind for kind, endings in MEDIA_TYPES.items() if ending in endings), None)
