"""Recognizes what the text of pages is: links, paragraphs and headings.

The engine uses `LinkFinder` and `Hyperlinks`; `document` and `drawing` use `Paragraphs` and their
blocks.
"""
