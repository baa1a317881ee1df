"""A question and one plan of its answer on a page: as Markdown, as HTML and as parts that a page can show."""
