"""From pages of rows to a tagged PDF: content streams, embedded fonts, structure and outline.

The engine uses `Document` and `Geometry`.
"""
