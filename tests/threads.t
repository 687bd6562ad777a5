#!/usr/bin/env python3
"""clockwitness correct -j: output, summary and exit status are the same for any number of threads."""
import calendar
import gzip
import os
import random
import subprocess
import time

from harness import HERE, MAKE_EVIDENCE, TOOL, done, equal, ok, run, scratch, start, write

LOGS = os.path.join(HERE, "logs")
NOON = "2026-03-10T12:00:00.000000000Z"
seed = int(os.environ.get("CLOCKWITNESS_SEED", "20261122"))
chance = random.Random(seed)


def make(name, *args):
    return write(name + ".jsonl", run(MAKE_EVIDENCE, *args).stdout)


def correct(threads, evidence, options, logs, pipe=None):
    """Exit status, output and summary."""
    command = [TOOL, "correct", "--json", "-j", str(threads), "-e", evidence, *options, *logs]
    p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if pipe is None:
        out, said = p.communicate(timeout=120)
        return p.returncode, out, said
    writer = subprocess.Popen(["sh", "-c", pipe], stdout=p.stdin)
    p.stdin.close()
    p.stdin = None
    out, said = p.communicate(timeout=120)
    writer.wait(10)
    return p.returncode, out, said


def alike(sentence, evidence, logs, *options, pipe=None, changes=True):
    one = correct(1, evidence, options, logs, pipe)
    wrong = [n for n in (2, 5) if correct(n, evidence, options, logs, pipe) != one]
    ok(wrong == [] and len(one[1]) > 0, sentence, "threads %s, exit %d, seed %d\n%s" % (wrong, one[0], seed, one[2].decode()))
    original = b"".join(open(log, "rb").read() for log in logs)
    if changes and one[1] == original:
        ok(False, "%s: and something is corrected" % sentence, one[2].decode())
    return one


def stamped(form, begin, seconds, lines, tail=lambda i: "web1 app[7]: message %d of the test" % i, zone=0):
    """Lines of a steady rate."""
    return [time.strftime(form, time.gmtime(begin + zone + i * seconds / lines)) + " %s\n" % tail(i) for i in range(lines)]


def log(name, lines):
    return write(name, "".join(lines).encode())


noon = calendar.timegm((2026, 3, 10, 12, 0, 0))
steady = make("steady", NOON, "3200000000", "7", "3600")

# ---- real logs, often enough that they are more than one portion

for name in sorted(n for n in os.listdir(LOGS) if n.endswith((".log", ".json"))):
    octets = open(os.path.join(LOGS, name), "rb").read()
    many = write(name, octets * (1500000 // len(octets) + 1))
    style = chance.choice(("same", "iso", "annotate"))
    alike("%s again and again, --style %s" % (name, style), steady, [many], "--method", "linear", "--timezone", "America/New_York",
          "--style", style, changes=False)
heap = [l for n in os.listdir(LOGS) for l in open(os.path.join(LOGS, n), "rb").read().splitlines(True)[:100]]
spoilt = bytearray(b"".join(chance.choice(heap) for _ in range(12000)))
for _ in range(3000):
    spoilt[chance.randrange(len(spoilt))] = chance.choice(b"0123456789 :-.,+TZ[]#\n\0\xff<>")
alike("all of them shuffled and spoilt", steady, [write("spoilt.log", bytes(spoilt))], "--method", "linear", changes=False)
alike("and that with a wish", steady, [os.path.join(scratch, "spoilt.log")], "--method", "linear", "--format", "rfc3164", changes=False)

# ---- what a line becomes depends on the lines before it

back = make("back", NOON, "0", "0", "3600", "UTC", "0", "1800", "-600000000000")
iso = "%Y-%m-%dT%H:%M:%SZ"
twice = stamped(iso, noon + 5, 1790, 20000) + stamped(iso, noon + 1205, 2380, 30000)
got = alike("a clock that is set back in the middle", back, [log("back.log", twice)])
said = [l[11:19] for l in got[1].splitlines()]
ok(b'"ambiguous":0' not in got[2] and said[20000] > b"12:30:00" and said == sorted(said), "whose times go on", said[19990:20010])
disorder = [l for i in range(0, len(twice), 40) for l in chance.sample(twice[i:i + 40], len(twice[i:i + 40]))]
alike("the same with lines out of order", back, [log("disorder.log", disorder)])
alike("and through a pipe", back, [], pipe="cat '%s'" % os.path.join(scratch, "disorder.log"))
alike("and as comes", back, [], "--style", "annotate", pipe="dd ibs=1777 obs=31111 if='%s' 2>/dev/null" % os.path.join(scratch, "disorder.log"))
alike("no stamps for a long while there", back, [log("rare.log", [
    l if i % 9000 == 0 or 19990 < i < 20010 or i < 200 else " at no time %d\n" % i for i, l in enumerate(twice)])])
never = make("never", NOON, "10000000000", "0", "3600", "UTC", "0", "1800", "600000000000")
got = alike("times that the clock never showed", never, [log("never.log", stamped(iso, noon + 5, 4100, 40000))])
equal((got[0], got[2].count(b'"never_shown":0')), (1, 0), "are a finding")

eve = calendar.timegm((2026, 12, 31, 23, 30, 0))
new_year = make("new-year", "2026-12-31T23:30:00.000000000Z", "3000000000", "0", "3600")
alike("New Year", new_year, [log("new-year.log", stamped("%b %e %H:%M:%S", eve + 5, 3590, 40000))], "--style", "iso")
pieces = [log("messages.%d" % n, stamped("%b %e %H:%M:%S", eve + 5 + (3 - n) * 900, 890, 12000)) for n in (3, 2, 1)]
got = alike("pieces of a rotated log, over New Year", new_year, pieces, "--style", "iso")
equal([got[1][:4], got[1].splitlines()[-1][:4]], [b"2026", b"2027"], "which begin in one year and end in the other")
alike("times of the day alone, over midnight", new_year, [log("day.log", stamped("%H:%M:%S,000", eve + 5, 3590, 40000))],
      "--style", "iso", "--format", "%T%.")
fold = calendar.timegm((2026, 10, 25, 0, 30, 0))
berlin = make("berlin", "2026-10-25T00:00:00.000000000Z", "3000000000", "0", "7200", "Europe/Berlin", "7200")
fell_back = stamped("%b %e %H:%M:%S", fold, 1795, 20000, zone=7200) + stamped("%b %e %H:%M:%S", fold + 1800, 3590, 40000, zone=3600)
alike("the hour that a zone shows twice", berlin, [log("fold.log", fell_back)], "--style", "iso")

told = os.path.join(scratch, "told.csv")
run(TOOL, "import", "--year", "2023", "-o", told, os.path.join(LOGS, "s4_openbsd72_openntpd_slew.log"))
slewed = log("slewed.log", stamped("%b %e %H:%M:%S", calendar.timegm((2023, 3, 28, 14, 17, 0)), 500, 30000))
by = {n: subprocess.run([TOOL, "correct", "--json", "-j", str(n), "--segments", told, "--year", "2023", slewed], capture_output=True)
      for n in (1, 2, 5)}
ok(by[1].stderr.count(b'"told":30000') == 1 and all((b.returncode, b.stdout, b.stderr) == (by[1].returncode, by[1].stdout, by[1].stderr)
                                                  for b in by.values()),
   "a table of what a time daemon told in place of evidence", by[1].stderr.decode() + by[5].stderr.decode())

# ---- shapes of lines

long = stamped(iso, noon + 5, 3500, 3000, tail=lambda i: "x" * chance.choice((5, 90, 3000, 100)))
for i in (100, 700, 701, 1500, 2999):
    long[i] = long[i][:20] + " 2026-03-10T12:00:00Z " + "y" * chance.choice((262144, 262100, 300000, 2000000)) + "\n"
got = alike("lines longer than a portion", steady, [log("long.log", long)])
alike("and no last newline", steady, [write("torn.log", "".join(long).encode()[:-1])])
odd = ["%s\r\n" % l[:-1] if chance.random() < 0.3 else l for l in stamped(iso, noon + 5, 3500, 30000)]
odd = [l if chance.random() < 0.9 else chance.choice(("\n", "\r\n", "\0\0\n", "2026-03-99T12:00:00Z\n", "2026-03-1\n", l[:chance.randrange(25)] + "\n"))
       for l in odd]
alike("broken stamps, empty lines, mixed ends", steady, [log("odd.log", odd)])
zones = [time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(noon + i / 10 + 3600 * (i // 100 % 3))) + "+0%d:00 x\n" % (i // 100 % 3)
         for i in range(30000)]
alike("zones that change", steady, [log("zones.log", zones)], "--style", "iso")
columns = ["#Version: 1.0\n"] + ["#Fields: date time x\n" if i % 5000 == 0 else "#Fields: x date time\n" if i % 5000 == 2500 else
                                 time.strftime("%s" % ("%Y-%m-%d %H:%M:%S 77" if i % 5000 < 2500 else "77 %Y-%m-%d %H:%M:%S"),
                                               time.gmtime(noon + i // 10)) + " and more of it\n" for i in range(30000)]
alike("columns that change in the middle", steady, [log("columns.log", columns)])
alike("compressed", steady, [write("long.log.gz", gzip.compress("".join(long).encode(), 1))])
got = alike("compressed, and cut", steady, [write("cut.gz", gzip.compress(open(os.path.join(scratch, "odd.log"), "rb").read(), 1)[:-5000])])
equal(got[0], 3, "which is damage")
alike("UTF-16", steady, [write("wide.log", b"\xff\xfe" + "".join(odd).encode("utf-16-le"))], changes=False)
alike("--explain", steady, [log("few.log", odd[:3000])], "--explain")
with open("/dev/full", "wb") as full:
    equal([subprocess.run([TOOL, "correct", "-q", "-j", str(n), "-e", steady, os.path.join(scratch, "odd.log")], stdout=full,
                          stderr=subprocess.DEVNULL).returncode for n in (1, 2, 5)], [3] * 3, "what cannot be written is exit 3")
for n in (2, 5):
    lines = stamped(iso, noon + 5, 3500, 400)
    stream = start([TOOL, "correct", "-q", "-j", str(n), "-e", steady], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    stream.stdin.write("".join(lines[:300]).encode())
    stream.stdin.flush()
    got = [stream.stdout.readline() for _ in range(300)]
    for l in lines[300:]:
        stream.stdin.write(l.encode())
        stream.stdin.flush()
        got.append(stream.stdout.readline())
    equal(len([1 for g, l in zip(got, lines) if g != l.encode() and g[20:] == l[20:].encode()]), 400,
          "each line of a stream comes before the next is sent (%d threads)" % n)
    stream.stdin.close()
    equal(stream.wait(10), 0, "and it ends")
for n in ("0", "65", "-1", "two", "2x", ""):
    equal(run(TOOL, "correct", "-j", n, "-e", steady, "/dev/null").returncode, 2, "-j '%s' is refused" % n)
done()
