"""Parts of a spend record as plain data: decimal text for money, quantities, prices and shares."""
