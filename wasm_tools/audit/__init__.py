"""The cost audit: what runs today against every lever that the catalogue can price, under the same target."""
