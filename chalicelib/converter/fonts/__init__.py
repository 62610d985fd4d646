"""Fonts: which one draws a character, fonts of clusters, and pictures of emoji.

The font files and their licences are in `files/`.
"""
