"""The pages of docs/reference/ that are made from the program: `python3 go.py docs` writes them."""
