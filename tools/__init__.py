"""Scripts that make files of this repository: fonts, and the pictures of docs/; never shipped."""
