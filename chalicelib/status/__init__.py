"""The status of one file, or of all files with a prefix.

The API and query.py use `Answers`, `StatusQuery` and `Listing`.
"""
