"""The command-line interface behind query.py.

It is not part of chalicelib, since all of chalicelib is shipped to Lambda.
"""
