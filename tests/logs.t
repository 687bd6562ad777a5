#!/usr/bin/env python3
"""clockwitness correct on real logs, on every format, and on what is hard to read."""
import bz2
import calendar
import gzip
import hashlib
import json
import lzma
import os
import random
import re
import shutil
import subprocess
import time

from harness import HERE, MAKE_EVIDENCE, SAFE, TOOL, done, equal, holds, ok, run, scratch, tool, write

LOGS = os.path.join(HERE, "logs")
DAYS = {"lnav_dst_fallback_syslog.log": "2013-11-03", "lnav_journald.json": "2018-08-21",
        "lnav_mixed_zones.log": "2022-08-27", "lnav_zeek_conn.log": "2011-11-03",
        "plaso_apache_access.log": "2016-01-13", "plaso_cri.log": "2024-04-16",
        "plaso_iis10_edge_cases.log": "2022-01-01", "plaso_postgresql.log": "2022-04-12",
        "plaso_syslog_rfc5424.log": "2021-03-06", "s4_centos9_audit.log": "2023-04-22",
        "s4_debian11_kern.log": "2022-10-10", "s4_ntpd_loopstats.log": "2023-01-11",
        "s4_ntpd_peerstats.log": "2023-01-11", "s4_openbsd72_openntpd_slew.log": "2023-03-28",
        "s4_rancheros_messages.log": "2022-10-09", "s4_rockylinux9_messages.log": "2022-10-08"}


def make(name, *args, input=None):
    got = subprocess.run([MAKE_EVIDENCE, *args], input=input, capture_output=True, text=True)
    assert got.returncode == 0, (args, got)
    return write(name + ".jsonl", got.stdout)


def steady(name, day, seconds, days):
    """Evidence of a clock that is so many seconds slow about that day."""
    middle = calendar.timegm(time.strptime(day, "%Y-%m-%d"))
    at = [time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime(middle + d * 43200)) for d in (-days, days)]
    return make(name, "--points", input="".join("%s %d\n" % (t, seconds * 10**9) for t in at))


def correct(evidence, *args, code=None, **more):
    if "input" not in more:
        more["stdin"] = subprocess.DEVNULL
    got = subprocess.run(SAFE + [TOOL, "correct", "-e", evidence, *args], capture_output=True, timeout=120, **more)
    if code is not None and got.returncode != code:
        return b"exit %d: " % got.returncode + got.stderr
    return got if code is None else got.stdout


# ---- real logs: how many of their stamps are known, and what the laws say

equal(sorted(DAYS), sorted(n for n in os.listdir(LOGS) if n.endswith((".log", ".json"))), "every log has its day")
plus, minus = {}, {}
for log, day in DAYS.items():
    plus[log], minus[log] = (steady("%s-%s" % (name, log), day, sign * 3, 10) for name, sign in (("plus", 1), ("minus", -1)))
for log in DAYS:
    path = os.path.join(LOGS, log)
    original = open(path, "rb").read()
    lines = original.splitlines()
    likely = sum(1 for l in lines if re.search(rb"^\S*<?\d{4}-\d\d|^[A-Z][a-z]{2} [ \d]\d \d\d:|\[\d\d/[A-Z]|audit\(\d|REALTIME|^\d{5} \d|"
                                               rb"^\d{10}\.\d|^#Date|^#open|^#close|^<\d+>1 ", l))
    zone = ["--timezone", "America/New_York"] if log.startswith("lnav_dst") else ["--timezone", "UTC"]
    got = correct(plus[log], "--json", *zone, path)
    summary = json.loads(got.stderr.splitlines()[-1])
    print("# %-32s %4d lines, %4d likely stamps, %4d read as %s" % (
        log, summary["lines"], likely, summary["stamps"], ", ".join(summary["formats"])))
    ok(summary["stamps"] == likely > 0, "every stamp of %s is known" % log, summary)
    for style in ("same", "iso", "annotate"):
        base = os.path.join(scratch, "%s-%s" % (style, log))
        correct(plus[log], "-q", *zone, "--style", style, "--manifest", base + ".manifest", "-o", base, path)
        back = subprocess.run([TOOL, "correct", "--undo", base + ".manifest", base], capture_output=True)
        if not ok(back.returncode == 0 and back.stdout == original, "--style %s and --undo give %s back" % (style, log), back.stderr):
            break
    there = got.stdout
    again = correct(minus[log], "-q", *zone, input=there).stdout
    bare = re.compile(rb"\[timeQuality [^]]*\]")
    equal(hashlib.sha256(bare.sub(b"-", again)).hexdigest(), hashlib.sha256(bare.sub(b"-", original)).hexdigest(),
          "+3 s and -3 s give %s back, octet for octet" % log)
    changes = [json.loads(l)[2] for l in open(os.path.join(scratch, "same-%s.manifest" % log)) if l.startswith("[")]
    ok(len(changes) >= summary["stamps"] and all(re.search(r"\d", c) or c == "-" for c in changes),
       "only stamps change in %s" % log, changes[:3])
    ok(correct(plus[log], "--explain", *zone, path).stdout == there, "by the long way %s becomes the same" % log)

# The same of what no log ever was: lines of all of them, shuffled and spoilt.
seed = int(os.environ.get("CLOCKWITNESS_SEED", "20261122"))
spoil = random.Random(seed)
heap = [l for log in DAYS for l in open(os.path.join(LOGS, log), "rb").read().splitlines(True)[:120]]
wrong = []
for turn in range(12):
    lines = spoil.sample(heap, 300) if turn % 2 else sum(([l] * 3 for l in spoil.sample(heap, 100)), [])
    octets = bytearray(b"".join(lines))
    for _ in range(spoil.choice((0, 3, 300))):
        octets[spoil.randrange(len(octets))] = spoil.choice(b"0123456789 :-.,+TZ[]\n\0\xff<>")
    octets = b"x" * spoil.randrange(2) + bytes(octets)[:spoil.randrange(len(octets))]
    base, style = os.path.join(scratch, "spoilt-%d" % turn), ("same", "iso", "annotate")[turn % 3]
    one = correct(plus["s4_rockylinux9_messages.log"], "-q", "--style", style, "--manifest", base, input=octets).stdout
    other = correct(plus["s4_rockylinux9_messages.log"], "--explain", "--style", style, input=octets).stdout
    undone = subprocess.run([TOOL, "correct", "--undo", base], input=one, capture_output=True).stdout
    if one != other or undone != octets:
        wrong.append((turn, style, one != other, undone != octets))
equal(wrong, [], "spoilt logs come back by --undo, and both ways write the same (seed %d)" % seed)

# The offsets are those that openntpd itself logged while it slewed the clock; of its five, three make
# the evidence, and the two between must come out.
slew = os.path.join(LOGS, "s4_openbsd72_openntpd_slew.log")
logged = [(m.group(1), float(m.group(2))) for m in re.finditer(
    r"^Mar 28 (\S+) crumb ntpd\[\d+\]: adjusting local clock by (\S+)s$", open(slew).read(), re.M)]
ok(len(logged) == 5, "openntpd logged five offsets", logged)
points = [logged[i] for i in (0, 2, 4)]
slewed = make("slewed", "--points", input="".join("2023-03-28T%s.000000000Z %d\n" % (t, round(o * 1e9)) for t, o in points))
iso = correct(slewed, "-q", "--style", "iso", "--year", "2023", "--timezone", "UTC", slew).stdout.decode().splitlines()
for i in (1, 3):
    line = next(l for l in iso if ("by %ss" % re.sub(r"0+$", "", "%.6f" % logged[i][1])) in l)
    utc = calendar.timegm(time.strptime(line[:19], "%Y-%m-%dT%H:%M:%S")) + float(line[19:26])
    local = calendar.timegm(time.strptime("2023-03-28T" + logged[i][0], "%Y-%m-%dT%H:%M:%S"))
    ok(abs(utc - local - logged[i][1]) < 0.020, "a slewing clock is right to 20 ms between two offsets", (line, logged[i]))
    ok(abs(logged[0][1] - logged[i][1]) > 0.4, "where no constant would be")

# ---- every format, through the real program

table = [json.loads(l) for l in tool("formats", "--json").stdout.splitlines()]
table = [f for f in table if "example" in f]  # those of lines
for f in table:
    text = (f["example"] + "\n") * 3
    got = correct(plus["s4_rockylinux9_messages.log"], "--json", "--format", f["name"], input=text.encode())
    s = json.loads(got.stderr.splitlines()[-1])
    if not (s["stamps"] >= 3 and (not f["foreign"] or s["foreign"] == 3)):
        ok(False, "%s reads its example" % f["name"], s)
ok(True, "every format reads its example")


def moved(line, *options, seconds="3", zone="UTC"):
    """The line by a clock that is so many seconds slow at all times, in --method linear."""
    name = "moved%s" % seconds
    path = os.path.join(scratch, name + ".jsonl")
    if not os.path.exists(path):
        make(name, "2026-03-10T12:00:00.000000000Z", str(int(float(seconds) * 1e9)), "0", "600")
    return correct(path, "-q", "--method", "linear", "--timezone", zone, *options, input=line.encode()).stdout.decode()


# What other tools get wrong: fraction and zone lost, zone normalised, padding lost, all stamps of a line changed,
# February 29 without a year, today's year.
for before, after in (
        ("2023-11-14T22:13:20.014962+00:00 x\n", "2023-11-14T22:13:23.014962+00:00 x\n"),
        ("2023-11-14T22:13:20.25+05:30 x\n", "2023-11-14T22:13:23.25+05:30 x\n"),
        ("Nov  3 10:00:00 x\n", "Nov  3 10:00:03 x\n"),
        ('h - - [13/Jan/2016:19:31:16 +0000] "GET /"\n', 'h - - [13/Jan/2016:19:31:19 +0000] "GET /"\n'),
        ("2026-01-01T00:00:00Z Backup from 2020-01-01T00:00:00 done\n",
         "2026-01-01T00:00:03Z Backup from 2020-01-01T00:00:00 done\n"),
        ("Feb 29 10:00:00 x\n", "Feb 29 10:00:03 x\n"),
        ("Feb 29 23:59:58 x\n", "Mar  1 00:00:01 x\n"),
        ("Sun Dec 31 23:59:58 2023 x\n", "Mon Jan  1 00:00:01 2024 x\n"),
        ("12/31/2023 11:59:58 PM x\n", "1/1/2024 12:00:01 AM x\n"),
        ("31 août 23:59:58 h x\n", " 1 sept. 00:00:01 h x\n"),
        ("2023-365T23:59:58 x\n", "2024-001T00:00:01 x\n"),
        ("2023-W52-7T23:59:58Z x\n", "2024-W01-1T00:00:01Z x\n"),
        ("# Time: 170213  9:59:58\n", "# Time: 170213 10:00:01\n"),
        ("@40000000433225833b6e1a8c x\n", "@40000000433225863b6e1a8c x\n"),
        ('{"log":"x\\n","stream":"stdout","time":"2016-01-07T16:49:10.23722Z"}\n',
         '{"log":"x\\n","stream":"stdout","time":"2016-01-07T16:49:13.23722Z"}\n'),
        ('{"msg":"at \\"time\\":\\"2016-01-07T16:49:10Z\\"","a":{"time":"2016-01-07T16:49:10Z"},"time":"2016-01-07T16:49:10Z"}\n',
         '{"msg":"at \\"time\\":\\"2016-01-07T16:49:10Z\\"","a":{"time":"2016-01-07T16:49:10Z"},"time":"2016-01-07T16:49:13Z"}\n'),
        ('msg="time=2016-01-07T16:49:10Z" time=2016-01-07T16:49:10Z\n', 'msg="time=2016-01-07T16:49:10Z" time=2016-01-07T16:49:13Z\n'),
        ("- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond: x\n",
         "- 1131566464 2005.11.09 dn228 Nov 9 12:01:04 dn228/dn228 crond: x\n"),
        ("0|/x|11|r/r|0|0|12288|1337961350|1337961351|0|1337961353\n", "0|/x|11|r/r|0|0|12288|1337961353|1337961354|0|1337961356\n"),
        ("Oct 10 23:07:16 h kernel: [    0.10034] Linux\n", "Oct 10 23:07:19 h kernel: [    0.10034] Linux\n"),
        ("999999999 x\n", "1000000002 x\n")):
    options = ["--format", "epoch"] if before[0] == "9" else []
    equal(moved(before, *options), after, "%r" % before[:60])
for f in table:
    if f["foreign"]:
        continue
    shown = ["--format", f["name"]]
    there = moved(f["example"] + "\n", *shown)
    back = re.sub(r"\[timeQuality [^]]*\]", "-", moved(there, *shown, seconds="-3"))
    # what cannot hold the corrected time has UTC before it, and is as it was behind that
    if there == f["example"] + "\n" or (back if " | " not in there else there.split(" | ", 1)[1]) != f["example"] + "\n":
        ok(False, "%s there and back" % f["name"], there + back)
ok(True, "every format is moved by three seconds, and back to what it was, octet for octet")
old_year = steady("old-year", "2019-11-03", 3, 10)
equal(correct(old_year, "-q", "--style", "iso", input=b"Nov  3 10:00:00 x\n").stdout, b"2019-11-03T10:00:03.000000Z x\n",
      "a year that is not written is that of the evidence, not today's")
equal(moved("2023-11-14 22:13:20 CST x\n", "--format", "%F %T %Z", zone="America/Chicago"), "2023-11-14 22:13:23 CST x\n",
      "a name that several zones have is the host's, if it is one of its names")
equal(moved("2023-11-14 22:13:20 CST [1] x\n"), "2023-11-14 22:13:20 CST [1] x\n", "else the stamp stays")
equal(moved("*Mar  1 18:46:11.123 UTC: %SYS-5-X: x\n"), "*Mar  1 18:46:11.123 UTC: %SYS-5-X: x\n",
      "a clock that says it is not synchronised is not corrected")
equal(moved("at 13.01.2016 10:00:00,5 x\n", "--format", "at %d.%m.%Y %T%."), "at 13.01.2016 10:00:03,5 x\n", "a pattern of one's own")
equal(tool("correct", "-e", "x", "--format", "%Q").returncode, 2, "a pattern that is none: exit 2")
equal(tool("correct", "-e", "x", "--format", "nothing").returncode, 2, "a name that is none: exit 2")
evidence = os.path.join(scratch, "moved3.jsonl")
got = correct(evidence, "--json", "--method", "linear", input=b"2/3/2026 10:00:00 x\n2/3/2026 10:00:01 y\n")
s = json.loads(got.stderr)
equal((s["guessed_format"], s["rival_format"]), ("us", "european"), "an order of day and month that is a guess is said")
got = correct(evidence, "--json", "--method", "linear", input=b"2/3/2026 10:00:00 x\n3/3/2026 10:00:01 y\n13/3/2026 10:00:01 y\n")
s = json.loads(got.stderr)
equal((s["guessed_format"], list(s["formats"])), (None, ["european"]), "but not where one line tells")
s = json.loads(correct(evidence, "--json", "--method", "linear", input=b"2015-11-17T05:45:24.077255Z e 1.2.3.4:1 10.0.0.1:80 0.0\n").stderr)
equal((s["foreign"], s["inside"] + s["extrapolated"]), (1, 0), "times of AWS are not this host's")
gap = make("gap", "2026-03-10T12:00:00.000000000Z", "3000000000", "0", "3600", "UTC", "0", "1800", "3600000000000")
got = correct(gap, "-q", "--style", "annotate", input=b"Mar 10 12:05:00 x\nno stamp\nMar 10 13:00:00 forged\n", code=1)
equal([l[:27] for l in got.decode().splitlines()], ["2026-03-10T12:05:03.000000Z", "no stamp", "never-shown                "],
      "--style annotate puts UTC before the line, or says why not")

for lines in (b"00:00:46: %LINK-3-UPDOWN: x\n000123: 00:00:47: %LINK-3-UP: y\n", b"1d02h: %SYS-5-X: x\n<189>34: 2w3d: %SYS-5-X: y\n1y2w: %S: z\n"):
    got = correct(evidence, "--json", "--method", "linear", input=lines)
    equal((got.returncode, got.stdout, json.loads(got.stderr)["foreign"]), (1, lines, lines.count(b"\n")),
          "nor is the uptime of a Cisco device: %r" % lines[:8])
columns = ("#Date: 2026-03-10 23:00:0%d\n#Fields: time c-ip\n23:59:5%d a\n00:00:0%d b\n00:00:0%d c\n#Date: 2026-03-13 01:00:0%d\n"
           "#Fields: c-ip time\nd 22:00:0%d\n")
got = correct(evidence, "--json", "--method", "linear", input=(columns % (0, 4, 2, 1, 0, 1)).encode())
equal((got.stdout.decode(), json.loads(got.stderr).get("guessed_date")), (columns % (3, 7, 5, 4, 3, 4), None),
      "columns with a time alone are corrected, and no date is guessed")
got = correct(evidence, "-q", "--method", "linear", "--style", "iso", input=(columns % (0, 4, 2, 1, 0, 1)).encode())
equal(re.findall(r"2026-03-(..)T(..)", got.stdout.decode()), [("10", "23"), ("10", "23"), ("11", "00"), ("11", "00"), ("13", "01"), ("13", "22")],
      "#Date: tells the day, over midnight and over a quiet day")

# ---- boots, years, pieces

watched = make("up", "2026-03-10T12:00:00.000000000Z", "3000000000", "0", "608", "UTC", "0", "0", "0", "0", "0")
base = int(json.loads(open(watched).readline())["raw_ns"]) / 1e9
got = correct(watched, "-q", "--style", "iso", input=b"[%.6f] usb 1-1: new\n" % (base + 100)).stdout
ok(abs(float(got[18:26]) - 43) < 0.001 and got[1:17] == b"2026-03-10T12:01", "seconds since boot go by the boot's raw clock", got)
got = correct(watched, "-q", input=b"[%.6f] usb 1-1: new\n" % (base + 100)).stdout
ok(got.startswith(b"2026-03-10T12:01:43.0") and got.endswith(b" | [%.6f] usb 1-1: new\n" % (base + 100)),
   "their own form cannot hold UTC: the line is annotated", got)

new_year = steady("new-year", "2027-01-01", 3, 10)
pieces = {"syslog.2.gz": b"Dec 30 23:00:00 a\n", "syslog.1": b"Dec 31 23:59:58 b\n", "syslog": b"Jan  1 00:00:01 c\n"}
paths = {}
for name, text in pieces.items():
    paths[name] = write(name, gzip.compress(text) if name.endswith("gz") else text)
got = correct(new_year, "-q", "--style", "iso", paths["syslog"], paths["syslog.1"], paths["syslog.2.gz"]).stdout.decode()
equal([l[:4] + l[-1] for l in got.splitlines()], ["2026a", "2027b", "2027c"], "pieces of a rotated log are one, the oldest first")
old = write("old.log", "Dec 31 23:00:00 a\nJan  1 00:00:00 b\n")
os.utime(old, (1735700000, 1735700000))
got = correct(new_year, "-q", "--method", "linear", "--style", "iso", old).stdout.decode()
equal([l[:4] for l in got.splitlines()], ["2024", "2025"], "the file's time tells the year of an old log")

back = make("back", "2026-03-10T12:00:00.000000000Z", "0", "0", "3600", "UTC", "0", "1800", "-60000000000")
got = correct(back, "-q", input=b"".join(b"2026-03-10T12:%s x\n" % t for t in
                                         (b"29:10Z", b"29:30Z", b"29:28Z", b"29:50Z", b"29:20Z", b"29:40Z"))).stdout.decode()
equal([l[14:19] for l in got.splitlines()], ["29:10", "29:30", "29:28", "29:50", "30:20", "30:40"],
      "a line out of order by two seconds is no clock set back by sixty")

# ---- what is hard to read

log = open(slew, "rb").read()
plain = correct(slewed, "-q", "--year", "2023", input=log).stdout
for suffix, packed in ((".gz", gzip.compress(log)), (".xz", lzma.compress(log)), (".bz2", bz2.compress(log))):
    path = write("packed" + suffix, packed)
    equal(correct(slewed, "-q", "--year", "2023", path).stdout, plain, "%s is read" % suffix)
    equal(correct(slewed, "-q", "--year", "2023", input=packed).stdout, plain, "and from standard input")
if shutil.which("zstd"):
    packed = subprocess.run(["zstd", "-c"], input=log, capture_output=True).stdout
    equal(correct(slewed, "-q", "--year", "2023", input=packed).stdout, plain, ".zst is read")
for octets, framing in ((b"45 <13>Mar 10 12:05:00 web1 su: one of octet co46 <13>Mar 10 12:05:01 web1 su: two of octet cou", "octet counts"),
                        (b"<13>Mar 10 12:05:00 web1 su: one\0<13>Mar 10 12:05:01 web1 su: two\0", "NUL"),
                        (b"<13>Mar 10 12:05:00 web1 su: one\0\n<13>Mar 10 12:05:01 web1 su: two\n", None),
                        (b"45 <13 apples\n", None)):
    got = correct(evidence, "--json", input=octets)
    said = json.loads(got.stderr)
    equal((got.returncode, said["framing"], said["stamps"] + len(got.stdout)), (framing is not None, framing, len(octets) + (
        {"NUL": 1, None: 2 * (b"Mar" in octets)}.get(framing, 0))), "records that are kept apart by %s: a finding, and said" % framing)
holds(b"one a record", correct(evidence, input=b"45 <13>Mar 10 12:05:00 web1 su: one of octet co").stderr, "with what to do")
many = b"".join(b"2026-03-10T12:05:%02dZ line %d %s\n" % (i % 60, i, hashlib.sha256(b"%d" % i).hexdigest().encode()) for i in range(5000))
cut = write("cut.gz", gzip.compress(many)[:100000])
got = correct(evidence, "-q", cut)
ok(got.returncode == 3 and got.stdout.startswith(b"2026-03-10T12:05:03Z line 0 ") and len(got.stdout) > 50000 and b"damaged" in got.stderr,
   "a compressed log that is cut is corrected up to there: exit 3", (got.returncode, len(got.stdout), got.stderr))
text = "2026-03-10T12:05:00Z é 😀\r\n2026-03-10T12:05:01Z y\r\n"
for coding, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
    wide = write("wide-" + coding, mark + text.encode(coding))
    manifest = os.path.join(scratch, coding + ".manifest")
    got = correct(evidence, "--manifest", manifest, wide)
    equal(got.stdout.decode(), text.replace(":00Z", ":03Z").replace(":01Z", ":04Z"), "%s is read, and written in UTF-8" % coding)
    holds(b"UTF-8", got.stderr, "which is said")
    equal(subprocess.run([TOOL, "correct", "--undo", manifest], input=got.stdout, capture_output=True).stdout, open(wide, "rb").read(),
          "and comes back as it was")
hard = b"\0\0\n2026-03-10T12:05:00Z \0\xff\xfe\n\r\n2026-03-10T12:05:01Z x\r\n" + b"x" * 100000000 + b"\n2026-03-10T12:05:02Z last"
got = subprocess.run(["sh", "-c", "ulimit -v 200000; exec \"$@\"", "sh", TOOL, "correct", "-q", "-e", evidence] if "asan" not in
                     subprocess.run(["nm", "-D", TOOL], capture_output=True, text=True).stdout
                     else [TOOL, "correct", "-q", "-e", evidence], input=hard, capture_output=True)
equal(hashlib.sha256(got.stdout).hexdigest(),
      hashlib.sha256(hard.replace(b":00Z", b":03Z").replace(b":01Z", b":04Z").replace(b":02Z", b":05Z")).hexdigest(),
      "NUL, octets that are no UTF-8, mixed ends, a line of 100 MB, a last one without end")
spoilt = bytearray(open(os.path.join(scratch, "same-lnav_zeek_conn.log"), "rb").read())
spoilt[5000] ^= 1
got = subprocess.run([TOOL, "correct", "--undo", os.path.join(scratch, "same-lnav_zeek_conn.log.manifest")], input=bytes(spoilt),
                     capture_output=True)
equal(got.returncode, 1, "what was changed after it was corrected is not what it is of: exit 1")
equal(run(TOOL, "correct", "--undo", old, old).returncode, 3, "a manifest that is none: exit 3")
done()
