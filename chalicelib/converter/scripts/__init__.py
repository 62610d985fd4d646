"""What the writing systems need: script itemization, bidirectional order, shaping, emoji.

`layout` uses these for lines that a plain grid cannot show.
"""
