# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    text = "the quick brown fox jumps over the lazy dog and runs away from it"
    spaces = late = 0
    for _ in range(30000):
        for i in range(len(text)):
            c = text[i:i + 1]
            if c == " ": spaces += 1
            elif c > "m": late += 1
    print(spaces, late)
main()
