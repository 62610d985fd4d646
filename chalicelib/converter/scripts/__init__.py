"""Complex scripts: itemization, bidirectional text, shaping with HarfBuzz, and emoji.

`layout` uses these modules for lines that a grid of cells cannot show.
"""
