"""Writes a tagged PDF of drawn pages: fonts, structure, links, outline and metadata.

The engine uses `Document`.
"""
