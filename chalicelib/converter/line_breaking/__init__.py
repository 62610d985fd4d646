"""Where lines may be broken: UAX #14, scripts without spaces, and soft hyphens.

Only `layout` uses it.
"""
