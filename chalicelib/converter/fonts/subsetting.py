"""Settings for subsets of fonts."""

from collections.abc import Iterable

import uharfbuzz as hb


def subset_without(tables: Iterable[str]) -> hb.SubsetInput:
    """Return settings for a subset without hints and these tables; the caller adds its glyphs."""
    settings = hb.SubsetInput()
    settings.flags = (
        hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    )
    settings.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in tables)
    return settings
