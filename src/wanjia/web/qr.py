"""QR codes as pictures inside a page."""

import segno


def qr_picture(text: str) -> str:
    """The text as an SVG `data:` address for an `<img>`; error level M, which a photographed paper needs."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=6, border=2, omitsize=True)
