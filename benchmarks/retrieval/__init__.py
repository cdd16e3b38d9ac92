"""Search alone: pages, paragraphs and needles, what an index costs, and the parts of it."""
