"""Draws rows: the content streams of pages, with text, lines, marks and numbers.

`document` uses `Painter`; the engine uses `Geometry`.
"""
