"""From text to pages of rows on a grid of cells: wrapping, line breaking, paragraphs, headings.

The engine uses `Layout`; `document` uses its pages, rows and paragraphs.
"""
