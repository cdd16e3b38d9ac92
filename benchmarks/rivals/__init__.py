"""docagent's search and what it is compared with, each in a process of its own."""
