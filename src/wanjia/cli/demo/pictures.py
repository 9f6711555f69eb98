"""Small pictures for the demo's papers and photographs, drawn so that no one's photograph is needed."""

import io
from functools import cache

from PIL import Image, ImageDraw

SIZE = (480, 360)


@cache
def drawing(kind: int) -> bytes:
    """One of a few sketches of a socket on a wall, as PNG; `kind` shifts colours and cracks."""
    wall = (214 - kind * 6, 208, 190 + kind * 5)
    picture = Image.new("RGB", SIZE, wall)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 290, *SIZE), fill=(150, 120 - kind * 4, 90))
    pen.rounded_rectangle((170, 100, 310, 240), 12, fill=(245, 245, 240), outline=(120, 120, 120), width=3)
    for x in (205, 255):
        pen.rectangle((x, 150, x + 12, 190), fill=(60, 60, 60))
    if kind % 2:
        pen.line((300, 230, 360 + kind * 8, 300, 340, 340), fill=(70, 50, 40), width=5)
    pen.ellipse((190 + kind * 9, 110, 230 + kind * 9, 140), fill=(90, 70, 60) if kind % 3 else (245, 245, 240))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
