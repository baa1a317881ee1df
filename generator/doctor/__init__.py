"""`atlas doctor`: whether this machine and this checkout are fit for the next run, and what to do where not."""
