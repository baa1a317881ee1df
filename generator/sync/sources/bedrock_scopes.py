"""Amazon Bedrock sells most models twice: for the whole world, and in one region at exactly 1.1 times that (PE-20).

Lists write the first as `global.x`, and the second as x, as Mantle's x, or as both. Read as one id they contradict each
other, so where a list has both prices the dearer one gets the scope that it holds for.
"""

from collections.abc import Collection
from decimal import Decimal

from generator.sync.statements import Statement, renamed

UPLIFT = Decimal("1.1")
_GLOBAL, _MANTLE = "global.", "bedrock_mantle/"


def with_regional_scope(statements: list[Statement], providers: Collection[str]) -> list[Statement]:
    """The statements, with the scope `regional` for the ids of `providers` that cost 1.1 times their global price.

    A meter that only the regional id has goes with it; one that costs the same everywhere stays.
    """
    ours = [s for s in statements if s.provider in providers and s.region == "global"]
    worldwide = {
        (s.sku.removeprefix(_GLOBAL), s.meter): s.price * UPLIFT for s in ours if s.sku.startswith(_GLOBAL)
    }  # the regional price to expect

    def expected(s: Statement) -> Decimal | None:
        return worldwide.get((s.sku.removeprefix(_MANTLE), s.meter))

    dearer = {(s.provider, s.sku) for s in ours if s.price == expected(s)}

    def scoped(s: Statement) -> Statement:
        if (s.provider, s.sku) not in dearer or s.region != "global" or s.meter.unit != "token":
            return s
        return renamed(s, s.provider, s.sku, "regional") if expected(s) in (None, s.price) else s

    return [scoped(s) for s in statements]
