"""``python -m tests.mutants`` tries all of them; ``python -m tests.mutants WORDS`` those whose sentence has these
words.
"""

import sys
import tempfile
import time

from tests.mutants.catalogue import MUTANTS
from tests.mutants.harness import copied, killed


def main(words):
    chosen = [mutant for mutant in MUTANTS if words in mutant.sentence]
    survived = []
    with tempfile.TemporaryDirectory() as folder:
        copied(folder)
        for mutant in chosen:
            begun = time.monotonic()
            seen = killed(mutant, folder)
            survived += [] if seen else [mutant]
            word = 'killed' if seen else 'SURVIVED'
            print(
                '{:8} {:5.1f} s  {}: not so: {}'.format(word, time.monotonic() - begun, mutant.file, mutant.sentence),
                flush=True,
            )
    print('{} of {} mutants were killed'.format(len(chosen) - len(survived), len(chosen)))
    return 1 if survived else 0


if __name__ == '__main__':
    sys.exit(main(' '.join(sys.argv[1:])))
