"""What only query.py needs: it is beside chalicelib because all of that is shipped to Lambda."""
