"""What a page asks for at its own time: its published scripts, some of which come when there is nothing else to do."""

import re
from collections.abc import Iterable

OWN_SCRIPT = re.compile(r"http://127\.0\.0\.1:\d+/[\w/-]*assets/engine/web-[0-9a-f]{12}/[\w.-]+\.mjs")


def but_own_scripts(addresses: Iterable[str]) -> list[str]:
    """The addresses that are more than the plain one of such a script: anything else may carry what was entered."""
    return [address for address in addresses if not OWN_SCRIPT.fullmatch(address)]
