"""The web page: the files in `static/`, and the responses that serve them.

The entry points in app.py use `site`.
"""
