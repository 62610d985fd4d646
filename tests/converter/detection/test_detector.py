"""Texts in which the detector alone sees another script: a few words, capitals, katakana, signs."""

import pytest

from chalicelib.converter.detection.detector import detect
from chalicelib.converter.detection.encoding import recognise


def log(message: str) -> str:
    """A log in ASCII with one message in another language."""
    line = "2024-05-01 12:00:{:02} INFO [worker-{}] request {} handled in {} ms\r\n"
    lines = [line.format(n % 60, n % 7, n, n * 31 % 977) for n in range(300)]
    lines[::12] = [f"2024-05-01 12:00:00 ERROR {message}\r\n"] * len(lines[::12])
    return "".join(lines)


def source(*comments: str) -> str:
    """Source code with comments."""
    function = (
        "static int count(const struct list *l) {{\n    int n = 0; /* {} */\n    return n;\n}}\n"
    )
    return "".join(function.format(comment) for comment in [*comments, *["ok"] * 5])


def table(heading: str, line: str) -> str:
    """A table with a line of numbers for each of 60 rows."""
    return f"{heading}\r\n" + "".join(line.format(n) + "\r\n" for n in range(60))


NAMES = [
    "ИВАНОВ",
    "СМИРНОВ",
    "КУЗНЕЦОВ",
    "ПОПОВ",
    "ВАСИЛЬЕВ",
    "ПЕТРОВ",
    "СОКОЛОВ",
    "ФЁДОРОВ",
    "МОРОЗОВ",
    "ВОЛКОВ",
    "ЗАЙЦЕВ",
]
GREEK_NAMES = ["ΠΑΠΑΔΟΠΟΥΛΟΣ", "ΓΕΩΡΓΙΟΥ", "ΔΗΜΗΤΡΙΟΥ", "ΙΩΑΝΝΟΥ", "ΑΝΤΩΝΙΟΥ", "ΒΑΣΙΛΕΙΟΥ"]
KANA_NAMES = ["ｻﾄｳ", "ｽｽﾞｷ", "ﾀｶﾊｼ", "ﾀﾅｶ", "ｲﾄｳ", "ﾜﾀﾅﾍﾞ", "ﾔﾏﾓﾄ", "ﾅｶﾑﾗ"]

FEW_WORDS = [
    ("cp1255", log("הקובץ לא נמצא")),
    ("cp1256", log("الملف غير موجود")),
    ("cp1253", log("Το αρχείο δεν βρέθηκε")),
    ("cp1251", log("Не удалось подключиться к базе данных")),
    ("cp866", log("Не удалось подключиться к базе данных")),
    ("gbk", log("文件不存在，请检查路径")),
    ("cp932", source("ファイル読込", "リスト要素を数える", "結果を返す")),
    ("euc_jp", source("ファイル読込", "リスト要素を数える", "結果を返す")),
    ("gbk", source("读取文件", "计算列表元素", "返回结果")),
    ("big5", source("讀取檔案", "計算清單元素", "傳回結果")),
    ("cp949", source("파일 읽기", "목록의 요소를 센다", "결과 반환")),
    ("koi8-r", source("Чтение файла", "Подсчёт элементов списка", "Возврат результата")),
    ("cp1253", source("Ανάγνωση αρχείου", "Μέτρηση στοιχείων", "Επιστροφή")),
]
CAPITALS = [
    *(
        (name, "ПРИКАЗ О НАЗНАЧЕНИИ ОТВЕТСТВЕННЫХ ЗА ПОЖАРНУЮ БЕЗОПАСНОСТЬ В ЗДАНИИ\r\n" * 15)
        for name in ("cp1251", "cp866", "koi8-r", "iso8859-5")
    ),
    *(
        (name, "ФАМИЛИЯ;НОМЕР\r\n" + "".join(f"{one};{n}\r\n" for n, one in enumerate(NAMES * 4)))
        for name in ("cp1251", "cp866", "koi8-r")
    ),
    ("cp1251", "INFO запуск\r\nERROR ОШИБКА ЧТЕНИЯ ФАЙЛА\r\n" * 30),
    ("cp1251", table("ЗАКАЗ;ЦЕНА", "ЗАКАЗ №{0};{0} руб.")),
    ("cp1253", "ΤΙΜΟΛΟΓΙΟ ΠΩΛΗΣΗΣ ΠΕΛΑΤΗΣ: ΠΑΠΑΔΟΠΟΥΛΟΣ ΓΕΩΡΓΙΟΣ, ΑΘΗΝΑ\r\n" * 18),
    *((name, "ΕΠΩΝΥΜΟ\r\n" + "\r\n".join(GREEK_NAMES * 8)) for name in ("cp737", "iso8859-7")),
]
SIGNS = [
    ("cp1252", table("Datum;Betrag;Währung", "{:02}.01.2024;13,50 €;EUR")),
    ("cp1252", table("Name;Straße;Umsatz", "Kunde {0};Weg {0};3,50 €")),
    ("cp1252", "Bolt M4×20;0,12 €;Ø 8 ±0,1 µm\r\n" * 40),
    ("cp1252", table("Maße", "{} × 4 mm; 5 €")),
]
KATAKANA = [
    (
        "cp932",
        "ID,ﾅﾏｴ\r\n" + "".join(f"{n},{one},ﾄｳｷｮｳﾄ\r\n" for n, one in enumerate(KANA_NAMES * 9)),
    ),
    (
        "cp932",
        "1210000001ｶ)ﾃｽﾄｼｮｳｼﾞ          0401\r\n" + "2ﾐﾂﾋﾞｼ ﾎﾝﾃﾝ 1234567ﾔﾏﾀﾞ ﾀﾛｳ 0000100\r\n" * 9,
    ),
]


@pytest.mark.parametrize(("name", "text"), [*FEW_WORDS, *CAPITALS, *SIGNS, *KATAKANA])
def test_a_text_is_read_as_it_was_written(name: str, text: str) -> None:
    data = text.encode(name)
    assert data.decode(recognise(data, whole=True).name) == text


def test_lines_without_other_characters_are_no_evidence() -> None:
    line = "ERROR Не удалось подключиться\n".encode("cp1251")
    assert detect(line * 20 + b"INFO all is well with us\n" * 2000) == detect(line * 20)


def test_katakana_has_sound_marks_only_where_they_are_possible() -> None:
    assert detect("ｶﾞｷﾞｸ ｹﾞｺﾞﾊﾟ ﾀｹｼ".encode("cp932"))[0] == "cp932"
    assert detect("ﾏﾞﾐﾞﾑ ﾒﾞﾓﾞﾅﾞ ﾀｹｼ".encode("cp932"))[0] != "cp932"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gbk", "ERROR 10061 无法连接 10.0.0.1:80\n" * 200),
        ("gbk", "status,result\n无法登录,403\n无法连接,502\n" * 30),
        ("cp949", "받은 시간: 08:00\n" * 50),
        ("cp949", "보낸 날짜 받은 날짜\n" * 9),
        ("cp1253", "x = α + β\n" * 5),
        ("cp1255", "ת.ז.\n"),
        ("cp874", "ชื่อ: abc\n" * 30),
        ("cp866", "spirit in endowed в the act. paid was dignity и human brotherhood.. "),
    ],
)
def test_these_are_no_katakana_and_no_signs(name: str, text: str) -> None:
    data = text.encode(name)
    assert data.decode(recognise(data, whole=True).name) == text
