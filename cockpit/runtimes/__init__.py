"""One folder per outside system. The folders are strangers to each other."""
