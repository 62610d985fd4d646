import inspect

from fpdf import FPDF
from fpdf.output import OutputProducer
from fpdf.syntax import PDFObject

from chalicelib import converter
from tests.converter.converted import imported


def test_the_public_names_are_those_that_callers_use() -> None:
    assert sorted(converter.__all__) == [
        "Basis",
        "OnProgress",
        "Options",
        "Orientation",
        "PageSize",
        "Progress",
        "Report",
        "Source",
        "convert",
        "preload",
    ]
    assert list(inspect.signature(converter.convert).parameters) == [
        "source",
        "sink",
        "about",
        "options",
        "progress",
    ]


def test_importing_the_converter_imports_neither_fpdf2_nor_fonts() -> None:
    heavy = {"fpdf", "PIL", "fontTools", "uharfbuzz", "chardet"}
    assert imported("import chalicelib.converter", heavy) == set()
    assert imported("import chalicelib.converter.engine", heavy) >= {"fpdf", "PIL"}


def test_the_private_members_of_fpdf2_exist() -> None:
    """The first to fail when fpdf2 changes what `document` stands on."""

    def takes(function: object) -> list[str]:
        return list(inspect.signature(function).parameters)  # type: ignore[arg-type]

    assert takes(OutputProducer.__init__) == ["self", "fpdf"]
    assert takes(OutputProducer.bufferize) == ["self"]
    assert takes(OutputProducer._add_catalog) == ["self"]
    assert takes(OutputProducer._add_info) == ["self"]
    assert takes(OutputProducer._add_xmp_metadata) == ["self"]
    assert takes(OutputProducer._finalize_catalog) == [
        "self",
        "catalog_obj",
        "pages_root_obj",
        "first_page_obj",
        "sig_annotation_obj",
        "xmp_metadata_obj",
        "struct_tree_root_obj",
        "outline_dict_obj",
    ]
    producer = OutputProducer(FPDF(enforce_compliance="PDF/A-2U"))
    assert producer.obj_id == 0
    assert producer.pdf_objs == []
    producer._add_catalog()
    assert (producer.obj_id, producer.pdf_objs[-1].id) == (1, 1)  # type: ignore[union-attr]
    numbered = PDFObject()
    numbered.id = 7
    assert (numbered.ref, numbered.serialize()) == ("7 0 R", "7 0 obj\n<<\n\n>>\nendobj")


def test_a_conversion_does_not_change_the_garbage_collector() -> None:
    convert = "from tests.converter.converted import made; made('text')"
    code = f"import gc; {convert}; assert gc.isenabled() and gc.get_freeze_count() == 0"
    imported(code, set())


def test_what_was_preloaded_is_kept_out_of_garbage_collections() -> None:
    preload = "import gc; from chalicelib.converter import preload; preload()"
    kept = "gc.isenabled() and gc.get_freeze_count() > len(sys.modules)"
    assert imported(f"{preload}; assert {kept}", {"fpdf"}) == {"fpdf"}


def test_plain_text_and_utf_8_do_not_import_the_detection_of_encodings() -> None:
    guessing = {
        f"chalicelib.converter.detection.{name}"
        for name in ("ebcdic", "letter_frequencies", "western")
    }
    guessing.add("chardet")
    convert = "from tests.converter.converted import made; made({!r})"
    assert imported(convert.format("text"), guessing) == set()
    assert imported(convert.format("Größe, μέγεθος"), guessing) == set()
    assert imported(convert.format("Größe".encode("cp1252")), guessing) == guessing
