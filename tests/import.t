#!/usr/bin/env python3
"""clockwitness import: hosts without evidence, by what their own time daemons logged, and what is said of that."""
import calendar
import csv
import gzip
import io
import json
import os
import re
import sqlite3
import subprocess
import time

from harness import (BUILD, HERE, MAKE_EVIDENCE, Servers, clock, directory, done, equal, holds, ns, ok, rfc3339, run, scratch, skip, start,
                     tool, wait_for, write)

LOGS = os.path.join(HERE, "logs")
SLEW = os.path.join(LOGS, "s4_openbsd72_openntpd_slew.log")
SECOND = 10**9


def imported(name, *args, code=0):
    """The table that import writes, and what it says."""
    path = os.path.join(scratch, name + ".csv")
    if os.path.exists(path):
        os.unlink(path)
    got = tool("import", "-o", path, *args)
    if got.returncode != code:
        ok(False, "import of %s ends with %d" % (name, code), "%d: %s" % (got.returncode, got.stderr))
    return path, got.stderr


def converted(table, *times, code=None):
    got = tool("convert", "--segments", table, "--json", *times)
    if code is not None:
        equal(got.returncode, code, "convert ends with %d" % code)
    return [json.loads(line) for line in got.stdout.splitlines()]


def offset(answer):
    return (ns(answer["utc"]) - ns(answer["time"])) / 1e9


# ---- openntpd slews the clock of a real host: what it logged at one time against what the rest says of that time

text = open(SLEW).read()
logged = [(m.group(0), calendar.timegm(time.strptime("2023 " + m.group(1), "%Y %b %d %H:%M:%S")), float(m.group(2)))
          for m in re.finditer(r"^(Mar 28 \S+) crumb ntpd\[\d+\]: adjusting local clock by (\S+)s\n", text, re.M)]
equal(len(logged), 5, "openntpd logged five amounts")


def by_the_rest(left_out, *more):
    """By a log without these lines: how far from what they say, s, at most; and whether the error covers that."""
    log = text
    for i in left_out:
        log = log.replace(logged[i][0], "")
    table, _ = imported("rest", "--year", "2023", *more, write("rest.log", log))
    found = converted(table, *[str(logged[i][1]) for i in left_out])
    wrong = [abs(offset(a) - logged[i][2]) for a, i in zip(found, left_out)]
    return max(wrong), all(w <= a["uncertainty_ns"] / 1e9 for w, a in zip(wrong, found))


for i in range(1, 5):
    wrong, covered = by_the_rest([i])
    ok(wrong < 0.020 and covered, "the amount of line %d follows from the others to 20 ms" % (i + 1), "%.6f s" % wrong)
wrong, covered = by_the_rest([2, 3, 4])
print("# from the first two lines alone: %.1f ms" % (wrong * 1e3))
ok(wrong < 0.020 and covered, "the first two lines tell the rest to 20 ms", "%.6f s" % wrong)
wrong, covered = by_the_rest([1, 2, 3, 4], "--slew", "5000")
print("# from the first line and the kernel's rate: %.1f ms" % (wrong * 1e3))
ok(wrong < 0.020 and covered, "and the first one alone, with OpenBSD's rate", "%.6f s" % wrong)
best = (max(o for _, _, o in logged) + min(o for _, _, o in logged)) / 2
ok(all(max(abs(c / 100 - o) for _, _, o in logged) > 1 for c in range(0, 301)), "where any constant is 1 s wrong", best)

table, said = imported("slew", "--year", "2023", SLEW)
holds("NOT EVIDENCE", said, "import says what its table is worth")
holds("slews by 5000 ppm", said, "and at which rate it found the clock slewed")
rows = list(csv.DictReader(open(table)))
equal({(r["host"], r["kind"], r["basis"], r["unc_minus_ns"], r["unc_plus_ns"], r["rho_ppm"]) for r in rows},
      {("crumb", "told", "openntpd", "", "", "")}, "each piece says whose word it is, and has no bound")
ok(all(a["local_end_ns"] == b["local_start_ns"] for a, b in zip(rows, rows[1:])), "a clock that nobody set has no gap")
got = tool("correct", "--segments", table, "--style", "iso", "--year", "2023", SLEW)
equal(got.returncode, 0, "correct takes the table in place of evidence")
lines = got.stdout.splitlines()
wrong = []
for whole, at, by in logged:
    line = next(l for l in lines if whole.split("ntpd")[1].strip() in l)
    wrong.append(calendar.timegm(time.strptime(line[:19], "%Y-%m-%dT%H:%M:%S")) + float(line[19:26]) - at - by)
ok(max(map(abs, wrong)) < 0.020, "and corrects each of these lines to 20 ms", wrong)
holds("NOT EVIDENCE", got.stderr, "which is said")
got = tool("correct", "-q", "--segments", table, "--year", "2023", SLEW)
holds("NOT EVIDENCE: what openntpd itself logged", got.stderr, "and with -q, too")
got = tool("correct", "--segments", table, "--style", "annotate", "--json", "--explain", "--year", "2023", SLEW)
ok(all(" told (no evidence) | " in l for l in got.stdout.splitlines()), "an annotation says it in each line", got.stdout)
explained = [json.loads(l) for l in got.stderr.splitlines() if l.startswith("{")]
equal({(e.get("told_by"), e.get("earliest"), e.get("latest")) for e in explained[:-1]}, {("openntpd", None, None)},
      "so does --explain, and gives no earliest and latest")
equal((explained[-1]["told"], explained[-1]["stamps"]), (31, 31), "and the summary counts them")
five = '<34>1 2023-03-28T14:20:00Z crumb su - ID47 - x\n'
got = tool("correct", "-q", "--segments", table, input=five)
equal(got.stdout, '<34>1 2023-03-28T14:20:01Z crumb su - ID47 [timeQuality tzKnown="1" isSynced="0"] x\n',
      "RFC 5424 does not call it synchronised")
holds("TOLD BY openntpd", tool("convert", "--segments", table, "2023-03-28T14:20:00Z").stdout, "convert says it in words")
a = converted(table, "2023-03-28T14:20:00Z", code=0)[0]
equal((a["kind"], a["earliest"], a["latest"], a["basis"]["told_by"], a["basis"]["verified"]), ("told", None, None, "openntpd", False),
      "and to machines")
equal(converted(table, "2023-04-28T14:20:00Z", code=1)[0]["kind"], "not-covered", "a month later nothing is known")
late = [converted(table, rfc3339(ns("2023-03-28T16:11:30.000000000Z") + h * 3600 * SECOND))[0]["uncertainty_ns"] for h in (0, 1, 12, 23)]
ok(late == sorted(late) and late[0] < 0.05e9 and late[-1] > 1e9, "after the last line the error grows", late)
got = tool("convert", "--segments", table, "2023-04-28T14:20:00Z")
ok("is in no piece of the table" in got.stdout and got.stderr.count("NOT EVIDENCE") == 1, "which is said once, and of the table",
   got.stdout + got.stderr)
short, _ = imported("short", "--year", "2023", "--hold", "2", SLEW)
equal([a["kind"] for a in converted(short, "2023-03-28T18:00:00Z", "2023-03-28T18:12:00Z")], ["told", "not-covered"],
      "and --hold ends it")

# ---- a table, whoever made it, in the forms that it has

jsonl = tool("import", "-q", "--year", "2023", "--form", "jsonl", SLEW).stdout
equal(converted(write("slew.jsonl", jsonl), "2023-03-28T14:20:00Z")[0]["utc"], a["utc"], "JSONL says the same as CSV")
again = tool("export", "--segments", table, "--tolerance", "0").stdout
equal(converted(write("again.csv", again), "2023-03-28T14:20:00Z")[0]["utc"], a["utc"], "so does the table that export makes of it")
db = sqlite3.connect(":memory:")
db.executescript(tool("export", "--segments", table, "--form", "sql", "--tolerance", "0").stdout)
at = ns("2023-03-28T14:20:00.000000000Z")
utc, minus, basis = db.execute("SELECT ? + offset_ns + CAST(round((? - local_start_ns) * frequency_ppm / 1e6) AS bigint), unc_minus_ns, "
                               "basis FROM cal WHERE local_start_ns <= ? AND ? < local_end_ns", (at,) * 4).fetchone()
ok(abs(utc - ns(a["utc"])) <= 2 and minus is None and basis == "openntpd", "and SQL, where what is not guaranteed is NULL", (utc, minus, basis))
evidence = write("made.jsonl", run(MAKE_EVIDENCE, "2026-03-10T12:00:00.000000000Z", "3200000000", "37.5", "3600").stdout)
exported = write("exported.csv", tool("export", "--tolerance", "0", "-e", evidence).stdout)
seen = json.loads(tool("convert", "--json", "-e", evidence, "2026-03-10T12:30:00Z").stdout)
tabled = converted(exported, "2026-03-10T12:30:00Z", code=0)[0]
ok(abs(ns(seen["utc"]) - ns(tabled["utc"])) < 100 and tabled["kind"] == "inside" and tabled["earliest"] is not None
   and not tabled["basis"]["verified"], "the table of evidence keeps its guarantee, and is not verified", tabled)
for broken, what in (("", "no row"), ("a,b\n1,2\n", "local_start_ns"), (again.replace("1680013001500000000", "x", 1), "whole number"),
                     (again.replace('"told"', '"sold"', 1), "kind"), ("{\n", "no JSON"), ("CREATE TABLE cal (\n", "is no column")):
    got = tool("convert", "--segments", write("broken.csv", broken), "2023-03-28T14:20:00Z")
    ok(got.returncode == 3 and what in got.stderr, "a table that is none is refused: %s" % what, got.stderr)
equal(tool("convert", "--segments", table, "--method", "linear", "0").returncode, 2, "--method linear needs evidence")
equal(tool("convert", "--segments", table, "--segments", table, "0").returncode, 2, "one table")

# ---- beside evidence: the time before there was any

before = write("tracking.log", "".join(
    "%s 203.0.113.15     2     -3.541      0.075 %10.3e N  2  1.000e-04  0.000e+00  1.534e-02  3.472e-04  8.304e-03\n" %
    (time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ns("2026-03-08T08:00:00.000000000Z") // SECOND + 1024 * i)), -0.0032) for i in range(10)))
table, _ = imported("before", "--host", "made", before)
both = [json.loads(l) for l in tool("convert", "--json", "-e", evidence, "--segments", table, "2026-03-08T09:00:00Z", "2026-03-10T12:30:00Z",
                                    "2026-03-10T12:45:00Z", "2026-03-10T11:00:00Z").stdout.splitlines()]
equal([b["kind"] for b in both], ["told", "inside", "inside", "before"], "where there is evidence, it goes first")
ok(abs(offset(both[0]) - 0.0032) < 1e-5, "where there is none, the log of chrony does", both[0])
other, _ = imported("other", "--host", "other", before)
got = tool("convert", "-e", evidence, "--segments", other, "2026-03-08T09:00:00Z")
ok(got.returncode == 3 and "another host" in got.stderr, "a table of another host is refused", got.stderr)

# ---- merge: an estimate, and no certain order among hosts

write("made.log", "2026-03-10T12:30:00Z one\n2026-03-10T12:30:02Z two\n")
crumb = write("crumb.log", "2026-03-08T09:00:00Z three\n2026-03-08T09:00:02Z four\n")
case = write("case.ini", "[host made]\nevidence = made.jsonl\nlog = made.log\n[host crumb]\nsegments = other.csv\nlog = crumb.log\n")
for arguments in ([case], ["--host", "made", "-e", evidence, os.path.join(scratch, "made.log"), "--host", "crumb", "--segments", other, crumb]):
    got = tool("merge", "--form", "timesketch", *arguments)
    events = {e["message"].split()[-1]: e for e in map(json.loads, got.stdout.splitlines())}
    ok(got.returncode == 0 and sorted(events) == ["four", "one", "three", "two"], "merge takes the table", got.stderr)
    three = events["three"]
    equal((three["told_by"], "unc_minus_ns" in three, three["order_class"], "no evidence" in three["timestamp_desc"], three["rank_max"]),
          ("chrony", False, "concurrent", True, 2), "says whose word a time is, and orders it by nothing but its own host")
    holds("NOT EVIDENCE", got.stderr, "and says so")
holds("told by chrony", tool("merge", "-q", case).stdout, "in text, too")
for form in ("csv", "l2tcsv", "tln", "bodyfile", "otlp", "ecs"):
    ok(re.search("told by chrony|no evidence|told_by", tool("merge", "-q", "--form", form, case).stdout), "and as %s" % form)

# ---- ntpd: statistics as its manual has them (monopt: loopstats, peerstats), and those of a real host

loop, peer = os.path.join(LOGS, "s4_ntpd_loopstats.log"), os.path.join(LOGS, "s4_ntpd_peerstats.log")
table, said = imported("loop", loop)
first = open(loop).readline().split()
at = (int(first[0]) - 40587) * 86400 * SECOND + int(float(first[1]) * 1000) * 10**6
a = converted(table, rfc3339(at))[0]
ok(abs(offset(a) - float(first[2])) < 1e-5, "loopstats: ntpd's offset is what is to be added", (a, first))
with_peers, said = imported("peers", peer, loop)
b = converted(with_peers, rfc3339(at))[0]
ok(abs(offset(b) - float(first[2])) < 1e-5 and b["uncertainty_ns"] != a["uncertainty_ns"], "peerstats tell the delay of the path", (a, b))
holds("passed over", said, "and what they say of the clock themselves is passed over, which is said")
packed = write("loopstats.gz", gzip.compress(open(loop, "rb").read()))
equal(open(imported("packed", packed)[0]).read(), open(table).read(), "a compressed log tells the same")

# ---- chrony: what the real one writes, whose own clock stands beside the host's; servers know the truth

CHRONYD = os.path.join(BUILD, "peers", "usr", "sbin", "chronyd")


class Chrony:
    """chronyd -x, which sets no clock, of servers that are so far ahead of this host; its logs."""

    def __init__(self, name, ahead):
        self.ahead, self.runs = ahead, directory(name)
        os.chmod(self.runs, 0o750)
        self.servers = Servers({"s": clock(ahead)})
        conf = ("server %s port %s minpoll 0 maxpoll 0 iburst\nport 0\ncmdport 0\nbindcmdaddress %s/sock\npidfile %s/pid\n"
                "user root\nlogdir %s\nlog tracking measurements statistics\nlogchange 0.1\n" %
                (tuple(self.servers["s"].split(":")) + (self.runs,) * 3))
        self.process = start([CHRONYD, "-4", "-x", "-d", "-f", write(name + ".conf", conf)], stdout=subprocess.DEVNULL,
                             stderr=open(self.log("messages"), "w"))

    def log(self, name):
        return os.path.join(self.runs, name)

    def lines(self, name, having):
        try:
            return [l for l in open(self.log(name)) if having in l]
        except FileNotFoundError:
            return []

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.servers.stop()


if os.path.exists(CHRONYD):
    both = [Chrony("slow", 0.4), Chrony("fast", -0.25)]
    for c in both:
        wait_for(lambda: len(c.lines("tracking.log", "127.0.0.1")) >= 5, 60)
        c.stop()
        tracked = c.lines("tracking.log", "127.0.0.1")
        host = c.runs.rsplit("/", 1)[1]
        at = [ns(l[:10] + "T" + l[11:19] + ".500000000Z") for l in tracked]
        table, _ = imported("chrony", c.log("tracking.log"))
        a = converted(table, *map(rfc3339, at[1:]))
        ok(all(abs(offset(x) - c.ahead) < 0.001 and abs(offset(x) - c.ahead) <= x["uncertainty_ns"] / 1e9 for x in a),
           "tracking.log of a host that is %s: before it knew, and after" % host, a)
        first = [l for l in c.lines("measurements.log", "127.0.0.1") if l[:19] < tracked[1][:19]] or \
            c.lines("measurements.log", "127.0.0.1")[:1]
        table, _ = imported("chrony", write("measurements.log", first[0]))
        a = converted(table, rfc3339(at[0]))[0]
        ok(abs(offset(a) - c.ahead) < 0.001, "measurements.log has the other sign, and says the same", (first[0], a))
        wrong = c.lines("messages", "System clock wrong by ")
        table, _ = imported("chrony", c.log("messages"))
        a = converted(table, rfc3339(ns(wrong[0][:19] + ".000000000Z") - SECOND))[0]
        ok(abs(offset(a) - c.ahead) < 0.001, "chronyd's own log, whose lines name no program, too", (wrong, a))
        estimate = float(c.lines("statistics.log", "127.0.0.1")[0].split()[4])
        ok(abs(estimate + c.ahead) < 0.001 and tool("import", "-q", c.log("statistics.log")).returncode == 1,
           "statistics.log, whose sign is tracking.log's, does not say whom chronyd followed", estimate)
else:
    skip("what the real chronyd writes", "no chronyd in %s/peers" % BUILD)

# ---- steps, each with the stamp that its daemon gives it: the true clock of a host that was 5 s slow until noon

NOON = ns("2026-03-10T12:00:00.000000000Z")
for name, line in (("ntpd", "Mar 10 12:00:00 h ntpd[7]: time reset +5.000000 s"),
                   ("ntpd, at its start", "Mar 10 12:00:00 h ntpd[7]: ntpd: time set +5.000000 s"),
                   ("ntpd, by the clock before", "Mar 10 11:59:55 h ntpd[7]: 0.0.0.0 c61c 0c clock_step +5.000000 s"),
                   ("ntpdate", "Mar 10 12:00:00 h ntpdate[7]: step time server 192.0.2.1 offset 5.000000 sec"),
                   ("openntpd", "Mar 10 12:00:00 h ntpd[7]: set local clock to Tue Mar 10 12:00:00 UTC 2026 (offset 5.000000s)"),
                   ("chronyd", "Mar 10 11:59:55 h chronyd[7]: System clock wrong by 5.000000 seconds\n"
                               "Mar 10 12:00:00 h chronyd[7]: System clock was stepped by 5.000000 seconds")):
    table, _ = imported("step", "--year", "2026", write("step.log", line + "\n"))
    a = converted(table, rfc3339(NOON - 65 * SECOND), rfc3339(NOON + 60 * SECOND), rfc3339(NOON - 2 * SECOND))
    ok([x["kind"] for x in a] == ["told", "told", "not-covered"] and abs(offset(a[0]) - 5) < 0.001 and abs(offset(a[1])) < 0.001
       and a[0]["uncertainty_ns"] < 40e6, "%s: 5 s slow before its step, right after it, and between nothing" % name, a)
back = write("back.log", "2026-03-10T11:30:00Z a\n2026-03-10T12:00:50Z b\n2026-03-10T12:00:20Z c\n2026-03-10T12:30:00Z d\n")
table, _ = imported("back", "--year", "2026", write("step.log", "Mar 10 12:00:00 h ntpd[7]: time reset -60.000000 s\n"))
got = tool("correct", "-q", "--segments", table, "--style", "iso", back).stdout.splitlines()
equal([l[11:19] for l in got], ["11:29:00", "11:59:50", "12:00:20", "12:30:00"], "a clock set back shows times twice; the order of lines decides")
equal(sorted({r["inc"] for r in csv.DictReader(open(table))}), ["0", "1"], "and the table counts it")

# ---- what else there is: boots, zones, nobody's words

boot = "Mar 10 11:00:00 h chronyd[7]: Selected source 192.0.2.1\nMar 10 11:10:00 h chronyd[7]: Received message\n" \
       "Mar 10 12:00:00 h kernel: Linux version 6.1.0\nMar 10 12:00:09 h systemd-timesyncd[8]: Initial clock synchronization to x\n"
table, _ = imported("boot", "--year", "2026", write("boot.log", boot))
a = converted(table, rfc3339(NOON - 600 * SECOND), rfc3339(NOON + 4 * SECOND), rfc3339(NOON + 30 * SECOND))
equal([(x["kind"], x.get("basis", {}).get("told_by")) for x in a], [("told", "chrony"), ("not-covered", None), ("told", "timesyncd")],
      "nothing is carried over a boot, nor to the time before timesyncd set the clock")


def entry(at, program, message, boot="b1", comm=None):
    return json.dumps({"__REALTIME_TIMESTAMP": str(at // 1000), "_BOOT_ID": boot, "_HOSTNAME": "h", "SYSLOG_IDENTIFIER": program,
                       "_COMM": comm or program[:15], "MESSAGE": message}) + "\n"


journal = (entry(NOON - 3600 * SECOND, "chronyd", "Selected source 192.0.2.1") + entry(NOON - 5 * SECOND, "chronyd", "Selected source 192.0.2.2") +
           entry(NOON, "cron", "begun", "b2") + entry(NOON + 9 * SECOND, "systemd-timesyncd", "Initial clock synchronization to x", "b2") +
           entry(NOON + 20 * SECOND, "chronyd", "System clock was stepped by 7.0 seconds", "b2", "logger") +
           entry(NOON + 21 * SECOND, "ntpd x", "time reset +7.0 s", "b2") + "{broken\n")
table, _ = imported("journal", write("journal.json", journal))
a = converted(table, rfc3339(NOON - 60 * SECOND), rfc3339(NOON + 4 * SECOND), rfc3339(NOON + 30 * SECOND))
equal([(x["kind"], x.get("basis", {}).get("told_by")) for x in a], [("told", "chrony"), ("not-covered", None), ("told", "timesyncd")],
      "journalctl -o json tells the boots, and who only calls himself chronyd")
ok(a[2]["uncertainty_ns"] < 0.7e9 and csv.DictReader(open(table)).__next__()["host"] == "h", "with times and host", a)
got = tool("import", write("system.export", "__CURSOR=x\n__REALTIME_TIMESTAMP=1\nMESSAGE=x\n\n"))
ok(got.returncode == 3 and "-o json" in got.stderr, "its export, in which a message can hide a field, is refused", got.stderr)
real, said = imported("real", "--year", "2022", os.path.join(LOGS, "s4_rockylinux9_messages.log"))
a = converted(real, "2022-10-08T06:19:00Z", "2022-10-08T06:22:46Z", "2022-10-08T06:24:10Z")
equal([(x["kind"], x["basis"]["told_by"]) for x in a], [("told", "chrony")] * 3, "chronyd on a real host says where it followed a server")
ok(all(0.9e9 < x["uncertainty_ns"] < 1.5e9 for x in a), "and its silence means less than a second", a)
breaks = [r for r in csv.DictReader(open(real)) if int(r["local_start_ns"]) <= ns("2022-10-08T06:22:45.000000000Z") < int(r["local_end_ns"])]
equal([int(r["local_start_ns"]) for r in breaks], [ns("2022-10-08T06:22:45.000000000Z")], "its second boot begins anew")
berlin, said = imported("berlin", "--year", "2023", "--timezone", "Europe/Berlin", SLEW)
got = tool("correct", "-q", "--segments", berlin, "--style", "iso", "--year", "2023", SLEW)
ok(got.stdout.startswith("2023-03-28T12:14:48."), "correct goes by the zone that import was told", got.stdout)
got = tool("import", "-q", write("forged.log", "Mar 10 12:00:00 h sshd[7]: Invalid user adjusting local clock by 5.0s\n"
                                               "Mar 10 12:00:00 h sshd[7]: ntpd[7]: time reset +5.0 s\n"))
equal((got.returncode, got.stdout), (1, ""), "only the program whose words they are is believed")
equal(tool("import").returncode, 2, "no log: exit 2")
equal(tool("import", os.path.join(scratch, "none")).returncode, 3, "one that cannot be read: exit 3")
equal(tool("import", "--slew", "0", SLEW).returncode, 2, "a rate that is none: exit 2")
equal(tool("import", "--timezone", "Nowhere", SLEW).returncode, 2, "a zone that is none: exit 2")
done()
