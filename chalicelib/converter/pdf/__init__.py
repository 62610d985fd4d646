"""PDF objects, and trees of PDF objects, written while the document grows.

These modules are independent of text, fonts and layout; `document` and `fonts` use them.
"""
