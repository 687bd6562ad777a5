#!/usr/bin/env python3
"""Files that a daemon compresses, replaces and deletes while they are read: each counts once."""
import json
import os
import shutil
import subprocess
import threading

from harness import BUILD, SAFE, TOOL, directory, done, equal, evidence_files, holds, ok, run, scratch, skip, tool

made = directory("made")
run(os.path.join(BUILD, "tests", "prog_make_year"), "4", "2", "1024", made)
days = [os.path.basename(d) for d in evidence_files(made)]
NEAR = "2026-01-02T12:00:00Z"


def copy(name, twins=(), packed=()):
    """The days, some of them compressed as well, some of them compressed only."""
    path = directory(name)
    for i, day in enumerate(days):
        own = os.path.join(path, day)
        shutil.copy(os.path.join(made, day), own)
        if i in twins or i in packed:
            subprocess.run(["zstd", "-q", *(["--rm"] if i in packed else []), own], check=True)
    return path


def verify(*args):
    got = tool("verify", "--json", "--no-replay", *args)
    return got, json.loads(got.stdout)


def answer(path):
    got = tool("convert", "--json", "-e", path, NEAR)
    return got.returncode, json.loads(got.stdout)["utc"], got.stderr


plain, packed, both = copy("plain"), copy("packed", packed=(0, 1, 2, 3)), copy("both", twins=(0, 1, 2))
for path, what in ((plain, "plain files"), (packed, "compressed ones"), (both, "files that are there twice")):
    got, said = verify("--closed", path)
    equal((got.returncode, len(said["files"]), got.stderr), (0, 4, ""), "%s of a directory count once each" % what)
equal(answer(both), answer(plain), "and give the same answer")
for order in (1, -1):
    names = [os.path.join(both, n) for n in sorted(os.listdir(both))][::order]
    got, said = verify("--closed", *names)
    equal((got.returncode, len(said["files"])), (0, 4), "so where all are given by name")

changed = copy("changed", twins=(1,))
own = os.path.join(changed, days[1])
lines = open(own, "rb").read().splitlines(True)
open(own, "wb").write(b"".join(lines[:10] + [lines[10].replace(b'"precision":-24', b'"precision":-23')] + lines[11:]))
got, said = verify(changed)
first = said["findings"][0]
equal((got.returncode, first["line"], first["finding"]), (1, 11, "twins-differ"), "where the two differ is a finding, at its line")
holds(days[1] + ".zst", first["words"], "which names the other one")
equal(tool("convert", "-e", changed, NEAR).returncode, 1, "nothing from there on is used")
open(own, "wb").write(b"".join(lines[:-2]))
got, said = verify(changed)
equal((got.returncode, said["findings"][0]["line"]), (1, len(lines) - 1), "so is one that is longer")
os.unlink(own)
equal(verify("--closed", changed)[0].returncode, 0, "which alone is good")


def traced(path, *missing):
    """verify, to which the files seem to be gone."""
    said = os.path.join(scratch, "trace")
    names = [a for m in missing for a in ("-P", os.path.join(path, m))]
    return run("strace", "-f", "-o", said, *names, "-e", "inject=openat:error=ENOENT", TOOL, "verify", "--json", "--no-replay", path,
               env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))  # which cannot be looked for under a tracer


gone = traced(packed, days[1])
if gone.stdout:
    swapped = copy("swapped", twins=(1,))
    got = traced(swapped, days[1])
    equal((got.returncode, len(json.loads(got.stdout)["files"]), got.stderr), (0, 4, ""),
          "a file that is replaced by the compressed one before it is opened is read there")
    got = traced(swapped, days[0])
    equal((got.returncode, len(json.loads(got.stdout)["files"])), (0, 3), "one that is deleted meanwhile is passed over")
    holds("was deleted meanwhile", got.stderr, "and that is said")
else:
    skip("files that vanish", "strace cannot trace here: %s" % gone.stderr[:80])

busy, over = copy("busy"), threading.Event()


def compress_and_back():
    own = os.path.join(busy, days[2])
    data, small = open(own, "rb").read(), subprocess.run(["zstd", "-qc", own], stdout=subprocess.PIPE, check=True).stdout
    while not over.is_set():
        for octets, to, gone in ((small, own + ".zst", own), (data, own, own + ".zst")):
            open(own + ".tmp", "wb").write(octets)
            os.rename(own + ".tmp", to)
            os.unlink(gone)


thread = threading.Thread(target=compress_and_back)
thread.start()
wrong = []
for _ in range(60):
    got = subprocess.run(SAFE + [TOOL, "verify", "--closed", "--no-replay", busy], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if got.returncode != 0 or "not here" in got.stdout or got.stdout.startswith("clockwitness"):
        wrong.append(got.stdout[-300:])
over.set()
thread.join()
ok(wrong == [], "a file that is compressed and unpacked all the while is always there, once", "%d of 60: %s" % (len(wrong), wrong[:2]))
done()
