"""What a function's process imports, and when."""

from tests.converter.converted import imported


def test_only_a_conversion_imports_fpdf2_and_keeps_it_out_of_garbage_collections() -> None:
    code = """
import gc, io
from chalicelib.converter import Options
from tests.converter.converted import ABOUT
from tests.unit.stage_in_memory import services
pipeline = services().pipeline
assert "fpdf" not in sys.modules
pipeline.convert(io.BytesIO(b"text"), io.BytesIO(), ABOUT, Options(), None)
assert gc.isenabled() and gc.get_freeze_count() > len(sys.modules)
"""
    assert imported(code.strip(), {"fpdf"}) == {"fpdf"}
