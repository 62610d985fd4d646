"""Texts in many languages and encodings, and how tests decode them."""

import io
from collections.abc import Sequence

from chalicelib.converter.reading.decoding import Decoding

RUSSIAN = "Все люди рождаются свободными и равными в своём достоинстве и правах. Они наделены. "
GREEK = "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. "
JAPANESE = "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"
CHINESE = "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。"
TAIWANESE = "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心,並應以兄弟關係的精神相對待。"
KOREAN = "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. "
FRENCH = "Tous les êtres humains naissent libres et égaux en dignité et en droits. L'été, à Noël. "
POLISH = "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. "
HEBREW = "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון. "
ARABIC = "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق وقد وهبوا عقلا وضميرا. "
THAI = "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ "
UKRAINIAN = "Всі люди народжуються вільними і рівними у своїй гідності та правах. Їхній ґанок. "
TURKISH = "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana. "
GUESSED = [
    ("cp1251", RUSSIAN),
    ("koi8-r", RUSSIAN),
    ("cp866", RUSSIAN),
    ("koi8-u", UKRAINIAN),
    ("cp1253", GREEK),
    ("iso8859-7", GREEK),
    ("shift_jis", JAPANESE),
    ("euc-jp", JAPANESE),
    ("iso2022_jp", JAPANESE),
    ("gb18030", CHINESE),
    ("gbk", CHINESE),
    ("big5", TAIWANESE),
    ("euc-kr", KOREAN),
    ("cp1252", FRENCH),
    ("iso8859-1", FRENCH),
    ("cp1250", POLISH),
    ("iso8859-2", POLISH),
    ("cp1255", HEBREW),
    ("cp1256", ARABIC),
    ("cp874", THAI),
    ("cp1254", TURKISH),
    ("utf-16-le", FRENCH),
    ("utf-16-be", JAPANESE + "\n"),
    ("utf-32-le", RUSSIAN),
    ("utf-32-be", KOREAN),
]


def read(
    source: bytes, declared: str | None = None, block: int = 4096, likely: Sequence[str] = ()
) -> tuple[str, Decoding]:
    decoding = Decoding(io.BytesIO(source), declared, likely, block)
    return "".join(decoding), decoding
