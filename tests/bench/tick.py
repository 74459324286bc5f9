"""A worker that prints as Claude Code does: a spinner ten times a second, five coloured lines a second."""

import sys
import time

WORDS = ["read", "the", "parser", "and", "edited", "two", "files", "then", "ran", "the", "tests", "again"]
number = 0
while True:
    number += 1
    if number % 2 == 0:
        line = " ".join(f"\x1b[3{place % 7 + 1}m{WORDS[(number + place) % 12]}" for place in range(9))
        sys.stdout.write(f"\r\x1b[K{line}\x1b[0m {number}\r\n")
    sys.stdout.write(f"\r\x1b[1;35m{'-+*x'[number % 4]}\x1b[0m thinking for {number // 10} s\x1b[K")
    sys.stdout.flush()
    time.sleep(0.1)
