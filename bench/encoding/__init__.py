"""How many generated texts in each encoding are read as they were written.

`texts` generates them, `readers` are the converter and the detectors that it is compared with,
`python -m bench.encoding` prints and writes the tables.
"""
