"""Collections past one machine: files from buckets, read and embedded by Ray Data."""
