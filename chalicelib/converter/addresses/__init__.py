"""Finds web and e-mail addresses in text.

`recognition` makes links of them, and `layout` breaks lines beside them rather than within.
"""
