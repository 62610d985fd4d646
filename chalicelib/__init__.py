"""Everything behind the entry points of app.py; this folder travels to Lambda as it is."""

VERSION = "1.0.0"
"""Version of the product, by https://semver.org. Releases are listed in CHANGELOG.md."""
