"""Keys, tokens, user ids and e-mail addresses in a report replaced by names that tell them apart but do not give them.

Done once, when the record is made: page, files and terminal all show the record.
"""

import re
from typing import Any

_MAIL = re.compile(r"[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![A-Za-z0-9-])")
_SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:(?:sk|pk|rk|xai|gsk|hf|r8|ghp|ghu)[-_]|fw_|tgp_)(?=[A-Za-z0-9_.-]*[0-9])[A-Za-z0-9_.*…-]{8,}"  # keys
    r"|(?:api_?key|key|user|usr|service_account|sa)[-_](?=[A-Za-z]*[0-9])[A-Za-z0-9]{12,}"  # ids of them, of users
    r"|AKIA[A-Z0-9]{12,}|AIza[A-Za-z0-9_-]{20,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]+"
    r"|(?=[0-9]*[a-fA-F])[0-9a-fA-F]{32,}"  # not the digits of a quotient
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?=[A-Za-z]*[0-9])(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])[A-Za-z0-9+/]{28,}={0,2}"  # tokens in base64
    r")(?![A-Za-z0-9])"
)
_SHORTEST = 12  # characters of the shortest text with a secret in it
_ANSWERED_BY = ("id", "file", "subject", "answer", "suggested")  # of a question
_SHOWN = 4  # last characters that tell a key apart for who has it


def masked(record: Any) -> Any:
    """Plain data with every secret replaced: `e-mail address 1`, `key …9f3a`. One is the same name everywhere.

    Questions keep the names by which they are answered.
    """
    return _masked(record, _Mask())


class _Mask:
    """The names given so far, and what became of each text."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._mails = 0
        self._texts: dict[str, str] = {}

    def text(self, text: str) -> str:
        known = self._texts.get(text)
        if known is None:
            known = _MAIL.sub(self._mail, text) if "@" in text else text
            known = self._texts[text] = _SECRET.sub(self._secret, known)
        return known

    def _mail(self, found: re.Match[str]) -> str:
        mail = found[0].lower()
        if mail not in self._names:
            self._mails += 1
            self._names[mail] = f"e-mail address {self._mails}"
        return self._names[mail]

    def _secret(self, found: re.Match[str]) -> str:
        secret = found[0]
        if secret not in self._names:
            end = "".join(sign for sign in secret if sign.isalnum())[-_SHOWN:]
            number = 1 + sum(name.startswith(f"key …{end}") for name in self._names.values())
            self._names[secret] = f"key …{end}" + (f" ({number})" if number > 1 else "")
        return self._names[secret]


def _masked(value: Any, mask: _Mask) -> Any:
    if isinstance(value, str):
        return value if len(value) < _SHORTEST and "@" not in value else mask.text(value)
    if isinstance(value, list):
        return [_masked(one, mask) for one in value]
    if isinstance(value, dict):
        kept = _ANSWERED_BY if "about" in value else ()
        return {name: one if name in kept else _masked(one, mask) for name, one in value.items()}
    return value
