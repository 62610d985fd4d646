"""Lays text out on pages: lines are wrapped on a grid of cells, or composed of shaped words.

The engine uses `Layout`; `recognition`, `drawing` and `document` use its pages and rows.
"""
