"""Detection of what bytes are: text in some encoding, or another kind of file.

There is a module for each kind of evidence, and `encoding`, which decides. `reading` uses that and
`parts`, `holes` and `utf8` to decode a text.
"""
