#!/usr/bin/env python3
"""Every input of tests/corpus through its fuzzer's function, without a fuzzer."""
import glob
import os
import subprocess

from harness import BUILD, HERE, done, ok

for directory in sorted(glob.glob(os.path.join(HERE, "corpus", "*"))):
    name = os.path.basename(directory)
    files = sorted(glob.glob(os.path.join(directory, "*")))
    got = subprocess.run([os.path.join(BUILD, "tests", "fuzz_" + name)] + files, capture_output=True, text=True)
    ok(files and got.returncode == 0, "%d inputs of %s" % (len(files), name), got.stderr)
done()
