"""Papers that visitors send along: a photograph and a small PDF, real files of their kind."""

import io

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload


def photograph(name: str = "插座") -> FilePayload:
    """A picture of a wall socket, as a telephone would send it."""
    image = Image.new("RGB", (800, 600), "#d8d2c4")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((250, 150, 550, 450), 30, "#f7f5ef", "#555", 4)
    for left in (330, 450):
        draw.rectangle((left, 240, left + 20, 310), "#333")
    made = io.BytesIO()
    image.save(made, "JPEG")
    return FilePayload(name=f"{name}.jpg", mimeType="image/jpeg", buffer=made.getvalue())


def drawing(name: str) -> FilePayload:
    """One page of a plan as PDF."""
    image = Image.new("RGB", (842, 595), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 822, 575), outline="black", width=2)
    draw.line((60, 500, 500, 120, 780, 300), fill="black", width=3)
    made = io.BytesIO()
    image.save(made, "PDF")
    return FilePayload(name=f"{name}.pdf", mimeType="application/pdf", buffer=made.getvalue())
