"""Rows of many scripts, and how far their pictures are from Chromium's in the same fonts.

`python -m tests.converter.scripts.gallery` writes docs/gallery.md and docs/gallery.png.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from html import escape
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.fonts.face import BODY_FACE, CELL, FONT_FOLDER, Face
from chalicelib.converter.fonts.pictures import PICTURE_CELLS, pictures_of
from chalicelib.converter.scripts import emoji
from chalicelib.converter.scripts.script import MARKED_FACE, itemize
from tests.converter.converted import made

ROOT = Path(__file__).parents[3]
TEXTS = ROOT / "tests/converter/scripts"
#: Languages of the gallery; each has a text.
LANGUAGES = re.findall(
    r"\w+", "ar fa ur he yi aii hi mr ne bn pa gu ta te kn ml si th lo km my bo dz vi"
)
#: Emoji with skin colours, of two flags, of tags, of a key, and of several joined.
EMOJI = (
    "🚀✅😀☎\ufe0f👍🏽🇩🇪🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f1\ufe0f\u20e3"
    + "".join(
        one.replace("+", "\u200d")
        for one in ("❤\ufe0f+🔥", "🧑🏿+🚀", "👨+👩+👧+👦", "👩🏻+❤\ufe0f+💋+👩🏿")
    )
)
LENGTH = 45  # characters of a row, at most
NEAR = 2  # pixels: what has ink of the other picture no further than this is no difference
TOLERANCE = 0.01  # share of the ink that may be further away

_DPI = 300
_ROOM = 160  # pixels in height for each row of Chromium's
_WIDTH = 3000
_APART = "\u200c"  # between letters it keeps them from joining and stacking
_OPTIONS = re.findall(
    r"\S+",
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--font-render-hinting=none --force-device-scale-factor=1",
)


def text(language: str) -> str:
    """Article 1 of the Universal Declaration of Human Rights."""
    return (TEXTS / f"{language}.txt").read_text("utf-8").splitlines()[-1]


def rows(language: str) -> list[str]:
    """The text cut at blanks, so that each part fits into a row."""
    found = [""]
    for word in text(language).replace("\u0f0b", "\u0f0b ").split(" "):
        joint = "" if found[-1].endswith("\u0f0b") or not found[-1] else " "
        if found[-1] and len(found[-1]) + len(word) >= LENGTH:
            found.append(word)
        else:
            found[-1] += joint + word
    return [one for long in found for one in _torn(long)]


def _torn(row: str) -> list[str]:
    """A row as it is, or one without blanks cut before consonants."""
    parts = [""]
    for at, one in enumerate(row):
        begins = one.isalpha() and (at == 0 or not "\u0e40" <= row[at - 1] <= "\u0e44")
        if len(parts[-1]) >= LENGTH and begins and one not in "\u0e30\u0e32\u0e33\u0eb0\u0eb2":
            parts.append("")
        parts[-1] += one
    return parts


def face(row: str) -> Face | None:
    """The font of a row, if it has one only."""
    if found := [match[0] for match in emoji.find_emoji(row)]:
        return _emoji_face(found[0])
    faces = {item.face or BODY_FACE for item in itemize(row)}
    if MARKED_FACE in faces and MARKED_FACE.characters.issuperset(row):
        faces -= {BODY_FACE}  # of which it is a part
    return faces.pop() if len(faces) == 1 else None


def _emoji_face(one: str) -> Face:
    """The font of emoji, at the size at which they fill their cells."""
    font = Face("NotoColorEmoji", "emoji.ttf")
    return replace(font, scale=PICTURE_CELLS * CELL / font.advance(pictures_of(one)[0].glyph))


def page(pdf: bytes, count: int, dpi: int, mode: str = "L") -> Image.Image:
    """The picture of so many rows, the first of a document, with half a row above and below."""
    place = Geometry.of(Options())
    top = place.margin + 18 - place.leading / 2
    with pypdfium2.PdfDocument(pdf) as document:
        whole: Image.Image = document[0].render(scale=dpi / 72, grayscale=mode == "L").to_pil()
    box = (0, top, place.width, top + (count + 1) * place.leading)
    return whole.crop(tuple(round(edge * dpi / 72) for edge in box))  # type: ignore[arg-type]


def inked(picture: Image.Image) -> Image.Image:
    """What is left of a picture without the white around it."""
    return picture.crop(picture.convert("L").point(lambda grey: 255 * (grey < 128)).getbbox())


def difference(one: Image.Image, other: Image.Image, near: int = NEAR) -> float:
    """The share of both pictures' ink that has none of the other's near it."""
    size = (max(one.width, other.width) + 2 * near, max(one.height, other.height) + 2 * near)
    inks = []
    for picture in (one, other):
        ink = Image.new("L", size)
        ink.paste(picture.convert("L").point(lambda grey: 255 * (grey < 128)), (near, near))
        inks.append(ink)
    around = [ink.filter(ImageFilter.MaxFilter(2 * near + 1)) for ink in inks]
    far = [ImageChops.subtract(ink, by) for ink, by in zip(inks, around[::-1], strict=True)]
    return sum(map(_count, far)) / max(1, sum(map(_count, inks)))


def _count(ink: Image.Image) -> int:
    return ink.histogram()[255]


def _aligned(ours: Image.Image, theirs: Image.Image) -> float:
    """The difference where the pictures fit best: their edges may be a pixel off."""
    places = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    return min(difference(ours, _moved(theirs, x, y)) for x, y in places)


def _moved(picture: Image.Image, x: int, y: int) -> Image.Image:
    return picture.crop((x, y, picture.width + max(0, x), picture.height + max(0, y))).point(
        lambda grey: grey
    )


def _chromium(program: str, texts: list[tuple[str, Face]]) -> tuple[str, list[Image.Image]]:
    """Chromium's version, and its pictures of rows."""
    names = sorted({one.file for _, one in texts})
    styles = [
        f"@font-face{{font-family:'{name}';src:url('{(FONT_FOLDER / name).as_uri()}')}}"
        for name in names
    ]
    size = Options().font_size * _DPI / 72
    divs = [
        f'<div dir=auto style="top:{n * _ROOM}px;'
        f"font-family:'{one.file}';font-size:{size * one.scale}px\">{escape(row)}</div>"
        for n, (row, one) in enumerate(texts)
    ]
    common = (
        f"div{{position:absolute;left:40px;width:{_WIDTH - 80}px;height:{_ROOM}px;"
        f"line-height:{_ROOM}px;white-space:pre;text-rendering:geometricPrecision;"
        "font-kerning:normal}"
    )
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder, "rows.html"), Path(folder, "rows.png")
        source.write_text(
            f"<!doctype html><meta charset=utf-8><style>{''.join(styles)}{common}</style>"
            + "".join(divs),
            "utf-8",
        )
        height = _ROOM * len(texts)
        subprocess.run(
            [program, *_OPTIONS, f"--user-data-dir={folder}/profile", f"--screenshot={shot}",
             f"--window-size={_WIDTH},{height}", source.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        whole = Image.open(shot).convert("RGB")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    bounds = range(0, _ROOM * len(texts), _ROOM)
    pictures = [inked(whole.crop((0, top, _WIDTH, top + _ROOM))) for top in bounds]
    return " ".join(version.split()[:2]), pictures


def _sheet(pairs: list[tuple[str, Image.Image, Image.Image]]) -> Image.Image:
    """All rows, ours above Chromium's."""
    font = ImageFont.truetype(str(FONT_FOLDER / BODY_FACE.file), 28)
    left, gap = 110, 14
    width = left + max(max(one.width, two.width) for _, one, two in pairs) + gap
    height = sum(one.height + two.height + 3 * gap for _, one, two in pairs) + gap
    sheet = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(sheet)
    top = gap
    for language, one, two in pairs:
        pen.text((gap, top + one.height - 14), language, font=font, fill="black")
        sheet.paste(one, (left, top))
        sheet.paste(two.point(lambda grey: 90 + grey * 165 // 255), (left, top + one.height + gap))
        top += one.height + two.height + 2 * gap
        pen.line((0, top, width, top), fill="silver")
        top += gap
    return sheet.quantize(256)


def main() -> int:
    """Compare, write, and say what differs."""
    program = shutil.which("chromium")
    if program is None:
        print("The gallery needs Chromium: there is no program chromium.", file=sys.stderr)
        return 2
    chosen: list[tuple[str, str, Face]] = []
    for language in [*LANGUAGES, "emoji"]:
        row = EMOJI if language == "emoji" else rows(language)[0]
        font = face(row)
        if font is None:
            print(f"{language}: the row needs more than one font", file=sys.stderr)
            return 1
        chosen.append((language, row, font))
    version, theirs = _chromium(
        program,
        [(row, font) for _, row, font in chosen]
        + [(_APART.join(row), font) for _, row, font in chosen],
    )
    pairs, table, worst = [], [], 0.0
    for n, (language, row, font) in enumerate(chosen):
        ours = inked(page(made(row).pdf, 1, _DPI, "RGB"))
        share = _aligned(ours, theirs[n])
        apart = _aligned(ours, theirs[len(chosen) + n])
        worst = max(worst, share)
        pairs.append((language, ours, theirs[n]))
        line = f"| {language} | {font.name} | {ours.width} | {theirs[n].width} "
        table.append(f"{line}| {share:.2%} | {apart:.0%} |")
        print(table[-1])
    (ROOT / "docs/gallery.md").write_text(_page(version, table), "utf-8")
    _sheet(pairs).save(ROOT / "docs/gallery.png", optimize=True)
    print(f"worst: {worst:.2%}, tolerated: {TOLERANCE:.0%}")
    return int(worst > TOLERANCE)


def _page(version: str, table: list[str]) -> str:
    return f"""# Gallery: scripts in the PDF and in Chromium

The beginning of Article 1 of the Universal Declaration of Human Rights, with one row for each
language. Above is our PDF as pdfium renders it; below, paler, is {version} with the same text, font
and size. Both are at {_DPI} dpi.

![Rows in {len(table) - 1} languages, and emoji](gallery.png)

The difference is the share of both images' ink with no ink of the other image within {NEAR} pixels,
{NEAR * 72 / _DPI:.2f} points; the tolerance is {TOLERANCE:.0%}. The last column shows the
difference that failed shaping would have: that to Chromium's image of the same letters in isolated
forms. Widths are in pixels.

| language | font | our width | Chromium's | difference | letters apart |
|---|---|---:|---:|---:|---:|
{chr(10).join(table)}

`python -m tests.converter.scripts.gallery` writes this page, and fails if a difference exceeds the
tolerance.
"""


if __name__ == "__main__":
    sys.exit(main())
