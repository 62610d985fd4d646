"""Styles of characters: colours, weight and lines that escape sequences select.

`reading` sets them, `layout` cuts styled lines, and `drawing` draws them. Others may use all of it.
"""
