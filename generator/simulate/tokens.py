"""How the simulator counts tokens: by a rule of its own, since it has no model and so no tokenizer.

A run of letters and digits is a token for every four characters begun, any other visible character is one, white space
belongs to what follows. A prompt of token ids counts its ids, which is exact whatever the tokenizer.
"""

import re

_PIECE = re.compile(r"\s*[^\W_]{1,4}|\s*(?:[^\w\s]|_)")


def pieces(text: str) -> list[str]:
    """The tokens of a text; joined they are the text without white space at its end."""
    return _PIECE.findall(text)


def count(prompt: str | list[int]) -> int:
    """The tokens of a prompt, at least one."""
    return max(1, len(prompt) if isinstance(prompt, list) else len(pieces(prompt)))
