"""The web page in a real Chromium, against a deployed stage."""
