"""Everything behind the entry points of app.py; this folder travels to Lambda as it is."""

VERSION = "1.0.0"
"""Of the product: what GET /health tells and what the API's document is about."""
