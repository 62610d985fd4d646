"""Lays text out on pages: wrapping on a grid, line breaking, paragraphs and headings.

The engine uses `Layout`; `document` uses its pages, rows and paragraphs.
"""
