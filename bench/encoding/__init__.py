"""The share of generated texts in each encoding that are decoded correctly.

`texts` generates them, `readers` has the converter and the detectors that it is compared with, and
`python -m bench.encoding` prints the tables and writes them to docs/.
"""
