"""Downloads of everything at once: Parquet forms, the whole atlas as one archive, layouts of an earlier system."""
