"""PDF objects and the trees of them, written while a document grows.

Knows nothing of text, fonts or pages.
"""
