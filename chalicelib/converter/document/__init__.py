"""Writes pages of rows as a tagged PDF: content streams, fonts, structure and outline.

The engine uses `Document` and `Geometry`.
"""
