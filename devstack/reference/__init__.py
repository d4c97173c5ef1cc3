"""Generates the pages of docs/reference/ from the program: `python3 go.py docs`."""
