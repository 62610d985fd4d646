"""Everything behind the entry points of app.py; this folder travels to Lambda as it is."""
