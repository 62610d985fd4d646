"""Stands before numpy on the path of what is measured.

matplotlib brings numpy here, fpdf2 imports it where it finds it, and Lambda has none.
"""

raise ImportError("numpy is no part of the deployment package")
