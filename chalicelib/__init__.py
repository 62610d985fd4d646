"""The code behind the entry points in app.py. Chalice packages this folder for Lambda as it is."""

VERSION = "1.0.0"
"""Version of the product (https://semver.org). CHANGELOG.md lists the releases."""
