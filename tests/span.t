#!/usr/bin/env python3
"""Logs of some days out of a long time of evidence: only the files near them are read, and nothing comes out otherwise."""
import json
import os
import re
import subprocess
import time

from harness import BUILD, DAEMON, TOOL, Servers, clock, configure, directory, done, equal, evidence_files, holds, ok, run, scratch, \
    skip, start, tool, wait_for, write

BEGIN = 1767225600  # 2026-01-01
year, packed = directory("year"), directory("packed")
run(os.path.join(BUILD, "tests", "prog_make_year"), "16", "6", "512", year)
days = evidence_files(year)
for i, name in enumerate(days):
    copy = os.path.join(packed, os.path.basename(name))
    if i < 15:
        subprocess.run(["zstd", "-q", "-o", copy + ".zst", name], check=True)
    else:
        os.link(name, copy)


def log(name, first, last, form="%b %e %H:%M:%S", step=600):
    """Lines from one day to another, each some minutes."""
    times = range(int(BEGIN + first * 86400), int(BEGIN + last * 86400), step)
    return write(name, "".join("%s host app[1]: %d\n" % (time.strftime(form, time.gmtime(t)), t) for t in times))


def correct(path, *args, **more):
    got = tool("correct", "--style", "annotate", "--year", "2026", "-e", path, *args, **more)
    unread = re.search(r"(\d+) of \d+ files lie far", got.stderr)
    return got, int(unread[1]) if unread else 0


near = log("near.log", 7.2, 8.9)
got, unread = correct(year, near)
equal((got.returncode, unread), (0, 9), "logs of two days out of sixteen have their files read, two days around them and the end")
holds("nothing is verified in them", got.stderr, "and that is said")
for what, logs in (("two days", [near]), ("an hour", [log("hour.log", 3.5, 3.54, step=10)]),
                   ("the last hours, and after the evidence", [log("last.log", 15.8, 16.3)]),
                   ("before the evidence, and its first hours", [log("first.log", -0.3, 0.4, "%Y-%m-%d %H:%M:%S")]),
                   ("ISO stamps, out of order", [write("iso.log", "".join(
                       time.strftime("%Y-%m-%dT%H:%M:%SZ x\n", time.gmtime(BEGIN + h * 3600)) for h in (130, 100, 101, 150, 99)))]),
                   ("two logs", [near, log("other.log", 5.1, 5.3)])):
    for path, kind in ((year, "plain"), (packed, "compressed")):
        (part, some), (all_of_it, none) = correct(path, *logs), correct(path, "--whole", *logs)
        ok(some > 5 and none == 0 and part.stdout == all_of_it.stdout and part.stdout.count("inside") > 0 and
           part.returncode == all_of_it.returncode, "%s, %s: the same comes out with --whole" % (what, kind),
           (some, none, part.returncode, all_of_it.returncode, part.stdout[:300], all_of_it.stdout[:300], part.stderr))
for what, logs, args in (("far before all evidence", [log("far.log", -9, -8)], []), ("over a month", [log("long.log", -20, 16)], []),
                         ("stamps since boot", [write("dmesg", "[   10.5] a\n[ 9000.1] b\n")], []),
                         ("the last calibration alone", [near], ["--method", "linear"]), ("a guess over stops", [near], ["--beyond"])):
    equal(correct(year, *args, *logs)[1], 0, "%s: all is read" % what)
equal(correct(year, stdin=open(near))[1], 0, "so for standard input, which cannot be read twice")

WINDOW = 4 + 4 * 65536
trace = os.path.join(scratch, "trace")
traced = run("strace", "-f", "-y", "-e", "trace=pread64", "-o", trace, TOOL, "correct", "-q", "-e", year,
             near)
text = open(trace).read() if os.path.exists(trace) else ""
octets = [sum(int(n) for n in re.findall(r"pread64\(\d+<[^>]*%s>.*= (\d+)$" % os.path.basename(d), text, re.M)) for d in days]
if traced.returncode == 0 and max(octets) > 0:
    size = os.path.getsize(days[5])
    ok(all(octets[i] < 3 * WINDOW for i in (0, 1, 2, 3, 4, 12, 13, 14)),
       "of each far file no more is read than its beginning, two times or three", octets)
    ok(all(o >= os.path.getsize(days[i]) for i, o in enumerate(octets) if 5 <= i <= 10), "and the near ones wholly", octets)
    ok(sum(o for i, o in enumerate(octets) if not 5 <= i <= 11 and i != 15) < size * 9, "all in all a part of the year", octets)
else:
    skip("how much is read", "strace cannot trace here: %s" % traced.stderr[:80])

lines = open(days[1], "rb").read().replace(b'"precision":-24', b'"precision":-23', 1)
os.unlink(days[1])
write(days[1], lines)
equal(correct(year, near)[0].returncode, 0, "damage in a far file does not matter")
got, _ = correct(year, "--whole", near)
equal(got.returncode, 1, "with --whole it is found")
holds("001.jsonl:", got.stderr, "and named")

# what a daemon rotates and compresses itself
servers = Servers({"a": clock(3.2), "b": clock(3.2), "c": clock(3.2)})
real = directory("real")
p = start([DAEMON, "-c", configure("real", servers, real, rotate_size="64K", compress="yes"), "--poll", "0.02"],
          stderr=subprocess.DEVNULL)
ok(wait_for(lambda: len([f for f in os.listdir(real) if f.endswith(".zst")]) > 3, 60), "a daemon rotates and compresses")
p.terminate()
equal((p.wait(30), tool("verify", "--closed", real).returncode), (0, 0), "what it wrote verifies")
middle = sorted(f for f in os.listdir(real) if f.endswith(".zst"))[2]
at = subprocess.run(["zstd", "-qdc", os.path.join(real, middle)], stdout=subprocess.PIPE).stdout.splitlines()[-3]
at = re.search(rb'"at":"([^"]+)"', at)[1].decode()
part, whole = (tool("convert", "--json", "-e", real, *o, at) for o in ([], ["--whole"]))
ok(part.returncode == whole.returncode == 0 and part.stdout == whole.stdout and '"inside"' in part.stdout,
   "a time in one of the compressed files has its answer", (part, whole))
mixed = directory("mixed")
for path in (year, real):
    for name in os.listdir(path):
        os.link(os.path.join(path, name), os.path.join(mixed, name))
got = tool("verify", "--json", "--closed", mixed)
found = [f["finding"] for f in json.loads(got.stdout)["findings"]]
ok(got.returncode == 1 and found == ["altered"] and json.loads(got.stdout)["replay"]["not_yet"] == 0,
   "files of two hosts in one directory verify as each alone does: what was altered above is found, no more", got.stdout[:900])
got = tool("convert", "-e", mixed, at)
equal(got.returncode, 3, "what needs the clock of one refuses them")
holds("of more than one host, of made and of ", got.stderr, "and names them")
done()
