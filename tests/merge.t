#!/usr/bin/env python3
"""clockwitness merge: many hosts, one timeline, and what is certain of its order."""
import csv
import io
import json
import os
import random
import struct
import subprocess

from benchlogs import peak
from harness import MAKE_EVIDENCE, TOOL, done, equal, holds, ns, ok, rfc3339, run, scratch, tool, write

NOON = "2026-11-22T12:00:00.000000000Z"
SECOND = 10**9


def make(name, *args):
    return write(name, run(MAKE_EVIDENCE, *args).stdout)


slow = make("web01.jsonl", NOON, "3200000000", "40", "3600")
fast = make("db01.jsonl", NOON, "-1500000000", "-20", "3600")
write("web.log", "2026-11-22T12:00:10.000000Z web sent request 7f\n"
                 "2026-11-22T12:00:10.100000Z web waiting\n  continued <line>, \"quoted\" | and more\n"
                 "2026-11-22T12:00:12.000000Z web done\n")
write("db.log", "Nov 22 12:00:14 db got request 7f\nNov 22 12:00:14 db answer\nNov 22 12:00:20 db idle\n")
hosts = "[host web01]\nevidence = web01.jsonl\nlog = web.log\n[host db01]\nevidence = db01.jsonl\nlog = db.log\n"
cause = "[happened-before request]\ncause = web01 sent request ([0-9a-f]+)\neffect = db01 got request ([0-9a-f]+)\n"
case = write("case.ini", hosts)
with_cause = write("cause.ini", hosts + cause)


def events(*args, code=0):
    got = tool("merge", "-q", "--form", "timesketch", *args)
    ok(got.returncode == code, "merge ends with %d" % code, "%d: %s" % (got.returncode, got.stderr))
    return [json.loads(line) for line in got.stdout.splitlines()]


plain = events(case)
equal(sorted(e["message"] for e in plain),
      sorted(["2026-11-22T12:00:10.000000Z web sent request 7f",
              "2026-11-22T12:00:10.100000Z web waiting\n  continued <line>, \"quoted\" | and more",
              "2026-11-22T12:00:12.000000Z web done", "Nov 22 12:00:14 db got request 7f",
              "Nov 22 12:00:14 db answer", "Nov 22 12:00:20 db idle"]),
      "every line comes out once, a line without a stamp with the one before it")
sent = next(e for e in plain if "sent" in e["message"])
ok(abs(sent["utc_ns"] - ns("2026-11-22T12:00:13.200400000Z")) < 1000, "12:00:10 of a slow clock was 12:00:13.2", sent)
equal(sent["timestamp"], sent["utc_ns"] // 1000, "timestamp is in us")
equal(sent["datetime"], "2026-11-22T12:00:13.200400+00:00", "datetime is what Timesketch reads")
equal((sent["original_time"], sent["host"], sent["source_line"]), ("2026-11-22T12:00:10.000000Z", "web01", 1),
      "the stamp as it was stands beside, with host and line")
got = next(e for e in plain if "got" in e["message"])
ok(got["unc_plus_ns"] - got["unc_minus_ns"] == SECOND, "a stamp of whole seconds may be up to a second later", got)
equal((got["rank_min"], got["rank_max"]), (0, 2), "a line of db01 may come before or after the two of web01")

caused = events(with_cause)
order = [e["message"] for e in caused]
ok(order.index("2026-11-22T12:00:10.000000Z web sent request 7f") < order.index("Nov 22 12:00:14 db got request 7f"),
   "what is received was sent before", order)
got = next(e for e in caused if "got" in e["message"])
ok(got["rank_min"] == 1 and got["utc_ns"] - got["unc_minus_ns"] >= sent["utc_ns"] - sent["unc_minus_ns"],
   "and cannot have been earlier than that", got)
answer = next(e for e in caused if "answer" in e["message"])
equal((answer["rank_min"], answer["rank_max"]), (2, 3), "nor can what follows it in its file")
said = tool("merge", "--json", with_cause)
summary = json.loads(said.stderr)
equal((summary["events"], summary["causes_matched"], summary["effects_without_cause"]), (6, 1, 0), "the summary counts it")

for form, separator, fields in (("csv", ",", 19), ("l2tcsv", ",", 17), ("tln", "|", 5), ("bodyfile", "|", 11)):
    text = tool("merge", "-q", "--form", form, case).stdout
    rows = list(csv.reader(io.StringIO(text), delimiter=separator, quoting=csv.QUOTE_MINIMAL if form == "csv" else csv.QUOTE_NONE))
    equal([len(r) for r in rows], [fields] * (6 + (form in ("csv", "l2tcsv"))), "%s has %d fields in each row" % (form, fields))
lines = tool("merge", "-q", "--form", "ecs", case).stdout.splitlines()
equal([json.loads(x) for x in lines[::2]], [{"create": {}}] * 6, "ecs is what the bulk API takes")
document = next(json.loads(x) for x in lines[1::2] if "sent" in x)
equal(document["@timestamp"], "2026-11-22T12:00:13.200400000Z", "@timestamp has nine digits")
equal(document["event"]["start"] < document["@timestamp"] < document["event"]["end"], True, "event.start and .end are the bounds")
otlp = json.loads(tool("merge", "-q", "--form", "otlp", case).stdout.splitlines()[0])
equal(otlp["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["timeUnixNano"].isdigit(), True, "otlp's times are strings of ns")

picture = os.path.join(scratch, "picture.html")
tool("merge", "-q", "--picture", picture, "--from", "2026-11-22T12:00:12Z", "--to", "2026-11-22T12:00:14Z", case)
page = open(picture).read()
holds("4 events", page, "the picture shows what may lie in the window")
equal("<line>" in page or "http" in page, False, "its text is no markup, and it fetches nothing")

odd = write("odd.log", b"\xff\x00 before any stamp\n2026-11-22T12:00:10Z a\n2026-11-23T12:00:10Z beyond\nmore\n"
                       b"2026-11-22T12:00:11Z b\n2026-11-22T12:00:30Z c\n2026-11-22T12:00:29Z d")
found = events("--host", "h", "-e", slow, odd, code=1)
equal([e["message"] for e in found],
      ["\ufffd\x00 before any stamp", "2026-11-22T12:00:10Z a", "2026-11-22T12:00:11Z b", "2026-11-22T12:00:29Z d",
       "2026-11-22T12:00:30Z c", "2026-11-23T12:00:10Z beyond\nmore"],
      "what has no stamp stays where it is, what stands a little out of order is put into it")

for text, why in (("[host a]\nlog = web.log\nevidence = x\n[host a]\n", "case.bad:4: second section"),
                  ("[host a]\nlog = web.log\n", "has no evidence, nor segments"), ("[host a]\nlogs = web.log\n", "case.bad:2: unknown key 'logs'"),
                  ("evidence = x\n", "case.bad:1: key 'evidence' before any"),
                  ("[host a]\nevidence = x\nlog = none*.log\n", "case.bad:3: log"),
                  (hosts + "[happened-before x]\ncause = web01 (a\n", "case.bad:8"),
                  (hosts + "[happened-before x]\ncause = web01 a\neffect = nobody b\n", "a host that has no section")):
    got = tool("merge", write("case.bad", text))
    ok(got.returncode == 2 and why in got.stderr, "a case that is wrong is refused: %s" % why, got.stderr)

# beyond a boot that nobody saw
boot = make("boot.jsonl", NOON, "3200000000", "40", "3600", "UTC", "0", "0", "0", "-999999000", "0")
early = write("early.log", "2026-11-22T11:00:00Z long before\n2026-11-22T12:10:00Z within\n")
equal([e["order_class"] for e in events("--host", "h", "-e", boot, early, code=1)], ["uncalibrated", "certain"],
      "what lies before the boot has no corrected time")
guess = events("--beyond", "--host", "h", "-e", boot, early)
equal([("guessed" in e, "unc_plus_ns" in e) for e in guess], [(True, False), (False, True)],
      "with --beyond a guess, with nothing guaranteed")
holds("a guess", tool("merge", "-q", "--beyond", "--host", "h", "-e", boot, early).stdout, "and the text says so")

# logs that are no text: as many events as records, with the times that correct gives them
T = ns(NOON) // SECOND + 30


def put(name, octets):
    path = os.path.join(scratch, name)
    with open(path, "wb") as f:
        f.write(octets)
    return path


def login(us, kind=7, user=b"alice"):
    return struct.pack("<hxxi32s4s32s256shhiii4i20x", kind, 77, b"pts/0", b"ts/0", user, b"10.0.0.1", 0, 0, 5, *divmod(us, 10**6), 1, 2, 3, 4)


def corrected(log, form, at):
    out = subprocess.run([TOOL, "correct", "-q", "-e", slow, log], capture_output=True).stdout
    return [struct.unpack_from(form, out, i) for i in at]


wtmp = put("wtmp", b"".join(login(T * 10**6 + i * 1700001) for i in range(40)))
got = events("--host", "h", "-e", slow, wtmp)
equal([e["utc_ns"] // 1000 for e in got], [s * 10**6 + us for s, us in corrected(wtmp, "<ii", range(340, 40 * 384, 384))],
      "wtmp: an event a login, at the time that correct writes")
equal((got[2]["message"], got[2]["source_line"], got[2]["parser"]), ("utmp record 3 alice pts/0 10.0.0.1", 3, "utmp"),
      "its text is what the record says")
packets = [struct.pack("<IIII", T + i, i * 999, 60 + i, 60 + i) + b"\xff" * (60 + i) for i in range(2000)]
starts = [24 + sum(map(len, packets[:i])) for i in range(0, 2000, 100)]
traffic = put("a.pcap", struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1) + b"".join(packets))
got = events("--host", "h", "-e", slow, traffic)
equal((len(got), [e["utc_ns"] for e in got][::100]), (2000, [s * SECOND + f for s, f in corrected(traffic, "<II", starts)]),
      "pcap: an event a packet")
holds("record 2000: 2059 octets", got[-1]["message"], "of so many octets")
users = b"".join(struct.pack("<i32s256s", T + t if t else 0, b"pts/%d" % t if t else b"", b"h" if t else b"") for t in (0, 900, 5, 0, 2000, 40))
equal([e["message"].split()[3] for e in events("--host", "h", "-e", slow, put("lastlog", users))], ["pts/5", "pts/40", "pts/900", "pts/2000"],
      "lastlog: an event a user who logged in, in the order of time")
got = tool("merge", "-q", "--host", "h", "-e", slow, put("torn", open(wtmp, "rb").read()[:384 * 3 + 50]), "--host", "g", "-e", fast, os.path.join(scratch, "db.log"))
ok(got.returncode == 1 and len(got.stdout.splitlines()) == 6 and "ends within a record" in got.stderr, "a torn record is said", got.stderr)

# memory is of the number of files
lines = [rfc3339(ns(NOON) + 30 * SECOND + i * 20_000_000, 6).replace(".Z", "Z") + " some words of no account\n" for i in range(100000)]
peaks = []
for n in (10000, 100000):
    logs = [write("long-%d.log" % k, "".join(lines[:n])) for k in range(3)]
    p = subprocess.Popen([TOOL, "merge", "-q"] + sum((["--host", "h%d" % k, "-e", slow, log] for k, log in enumerate(logs)), []), stdout=subprocess.PIPE)
    while os.read(p.stdout.fileno(), 1 << 20):
        peaks.append((n, peak(p.pid)))
    ok(p.wait() == 0, "a log of %d lines from each of three hosts is merged" % n)
most = [max(kb for m, kb in peaks if m == n) for n in (10000, 100000)]
ok("asan" in run("nm", "-D", TOOL).stdout or 0 < most[0] and most[1] < most[0] + 8000, "ten times as long, they take no more memory", "%d kB, then %d kB" % tuple(most))

# counting all pairs, from the intervals that come out
seed = int(os.environ.get("CLOCKWITNESS_SEED", "20261124"))
print("# seed %d" % seed)
rng = random.Random(seed)
wrong = []
for world in range(int(os.environ.get("WORLDS", 12))):
    arguments, total = [], 0
    for h in range(3):
        arguments += ["--host", "h%d" % h, "-e", [slow, fast, slow][h]]
        for f in range(rng.randint(1, 2)):
            t, log = ns(NOON) + 10 * SECOND + (0, 4_700_000_000, 0)[h], ""
            for i in range(rng.randint(1, 25)):
                t += rng.randint(0, 40_000_000)
                log += rfc3339(t, rng.choice((0, 1, 3, 6)) if f == 0 else 6).replace(".Z", "Z") + " %d %d %d\n" % (h, f, i)
                total += 1
            arguments.append(write("world-%d-%d-%d.log" % (world, h, f), log))
    got = [json.loads(x) for x in tool("merge", "-q", "--form", "timesketch", *arguments).stdout.splitlines()]
    n = len(got)
    if n != total:
        wrong.append("%d of %d events" % (n, total))
    low = [e["utc_ns"] - e["unc_minus_ns"] for e in got]
    high = [e["utc_ns"] + e["unc_plus_ns"] for e in got]
    where = [(e["host"], e["source_file"]) for e in got]
    before = [[where[i] != where[j] and where[i][0] != where[j][0] and high[i] < low[j] or
               where[i] == where[j] and got[i]["source_line"] < got[j]["source_line"] and i < j
               for j in range(n)] for i in range(n)]
    for k in range(n):
        for i in range(n):
            if before[i][k]:
                for j in range(n):
                    before[i][j] = before[i][j] or before[k][j]
    for j in range(n):
        least = sum(before[i][j] for i in range(n))
        most = n - 1 - sum(before[j][i] for i in range(n))
        if any(before[j][i] for i in range(j)):
            wrong.append("world %d: event %d stands behind what it precedes" % (world, j))
        if not least <= got[j]["rank_min"] <= got[j]["merge_rank"] <= got[j]["rank_max"] <= most or got[j]["merge_rank"] != j:
            wrong.append("world %d: %r, by counting %d..%d" % (world, got[j], least, most))
equal(wrong[:3], [], "the order printed is possible, and ranks are within what counting all pairs of hosts and lines gives")
done()
