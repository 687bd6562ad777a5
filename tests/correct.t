#!/usr/bin/env python3
"""clockwitness correct and convert, on evidence of a made-up clock that is known exactly."""
import json
import os
import re
import subprocess
import time

from harness import BUILD, MAKE_EVIDENCE, TOOL, done, equal, holds, ns, ok, rfc3339, run, scratch, start, tool, write

NOON = "2026-03-10T12:00:00.000000000Z"


def make(*args):
    return write("made-%s.jsonl" % "-".join(args).replace("/", "_"), run(MAKE_EVIDENCE, *args).stdout)


slow = make(NOON, "3200000000", "0", "3600")
fast = make(NOON, "-3200000000", "0", "3600")
equal(tool("verify", "--closed", slow).returncode, 0, "the made evidence verifies")


def corrected(evidence, log, *options, code=0):
    got = tool("correct", "-q", "-e", evidence, *options, input=log)
    if got.returncode != code:
        return "exit %d: %s" % (got.returncode, got.stderr)
    return got.stdout


equal(corrected(slow, "2026-03-10T12:00:00.000Z hello\n"), "2026-03-10T12:00:03.200Z hello\n",
      "12:00:00.000 of a clock 3.2 s slow was 12:00:03.200")
equal(corrected(fast, "2026-03-10T12:00:10.000Z hello\n"), "2026-03-10T12:00:06.800Z hello\n",
      "12:00:10.000 of a clock 3.2 s fast was 12:00:06.800")
equal(corrected(slow, "Mar 10 12:00:00 web1 sshd[7]: at Mar 10 12:00:00 sharp\n"),
      "Mar 10 12:00:03 web1 sshd[7]: at Mar 10 12:00:00 sharp\n", "RFC 3164: the stamp changes, the message does not")
equal(corrected(slow, "<34>Mar 10 12:00:00.123456 web1 su: x\n"), "<34>Mar 10 12:00:03.323456 web1 su: x\n",
      "a priority and a fraction are kept")
equal(corrected(slow, "2026-03-10 13:00:00,5+01:00 x\n"), "2026-03-10 13:00:03,7+01:00 x\n",
      "blank, comma, one digit and zone are kept")
equal(corrected(slow, "2026-03-10T12:00:00 x\n", "--timezone", "+02:00", "--style", "iso"),
      "2026-03-10T10:00:03.200000Z x\n", "--timezone and --style iso")
equal(corrected(slow, "2026-03-10T12:00:00.123456789Z x\n", "--style", "iso"),
      "2026-03-10T12:00:03.323456789Z x\n", "iso keeps nanoseconds where there are any")
equal(corrected(slow, "Mar 10 12:00:00: %LINK-3-UPDOWN: x\nMar 10 12:00:00:17 y\n"),
      "Mar 10 12:00:03: %LINK-3-UPDOWN: x\nMar 10 12:00:00:17 y\n", "a colon may follow a stamp, but not one with a digit")
equal(corrected(slow, "2026-03-10 12:00:00.526 UTC [77] LOG: x\n2026-03-10 12:00:00 GMT y\n", "--timezone", "+05:00"),
      "2026-03-10 12:00:03.726 UTC [77] LOG: x\n2026-03-10 12:00:03 GMT y\n", "UTC and GMT behind a blank are the stamp's zone")
odd = b"no stamp\n\n\0\xff2026-03-10T12:00:00Z\r\n2026-99-10T12:00:00Z x\n  2026-03-10T12:00:00Z y\nlast"
got = subprocess.run([TOOL, "correct", "-q", "-e", slow], input=odd, capture_output=True)
equal(got.stdout, odd, "lines without a stamp at their beginning pass unchanged")
long = "2026-03-10T12:00:00Z " + "x" * 1000000 + "\n2026-03-10T12:00:01Z end"
equal(corrected(slow, long), long.replace("12:00:00Z", "12:00:03Z").replace("12:00:01Z", "12:00:04Z"),
      "a line of a million characters, and a last one without newline")

drifting = make(NOON, "0", "100", "3600")
got = json.loads(tool("convert", "--json", "-e", drifting, "2026-03-10T12:30:00Z").stdout)
ok(abs(ns(got["utc"]) - ns("2026-03-10T12:30:00.180000000Z")) <= 1000,
   "a clock that loses 100 ppm is 180 ms behind after half an hour", got)
ok(abs(got["frequency_ppm"] - 100) < 1e-6, "its frequency is +100 ppm", got)
gaining = make(NOON, "0", "-100", "3600")
got = json.loads(tool("convert", "--json", "-e", gaining, "2026-03-10T12:30:00Z").stdout)
ok(abs(ns(got["utc"]) - ns("2026-03-10T12:29:59.820000000Z")) <= 1000,
   "a clock that gains 100 ppm is 180 ms ahead after half an hour", got)
for name, evidence in (("slow", drifting), ("fast", gaining)):
    both = [json.loads(tool("convert", "--json", "--method", m, "-e", evidence, "2026-03-10T12:17:00.5Z").stdout)
            for m in ("smooth", "linear")]
    ok(abs(ns(both[0]["utc"]) - ns(both[1]["utc"])) <= 1000, "smooth and linear agree on a straight clock (%s)" % name,
       both)
far = json.loads(tool("convert", "--json", "-e", drifting, "2026-03-11T12:00:00Z").stdout)
near = json.loads(tool("convert", "--json", "-e", drifting, "2026-03-10T13:30:00Z").stdout)
ok(near["kind"] == far["kind"] == "after" and far["uncertainty_ns"] > near["uncertainty_ns"],
   "beyond the evidence uncertainty grows", (near, far))
equal([json.loads(l)["kind"] for l in tool("convert", "--json", "-e", drifting, "-",
                                           input="2026-03-10T11:50:00Z\n1773144000.25\n").stdout.splitlines()],
      ["before", "inside"], "times from standard input, RFC 3339 and Unix seconds")
equal(tool("convert", "-e", drifting, "yesterday").returncode, 2, "what is no time: exit 2")
equal(tool("convert", "-e", os.path.join(scratch, "none"), NOON).returncode, 3, "no evidence: exit 3")

forward = make(NOON, "10000000000", "0", "3600", "UTC", "0", "1800", "3600000000000")
got = tool("convert", "--json", "-e", forward, "2026-03-10T13:00:00Z")
equal((got.returncode, json.loads(got.stdout)["kind"]), (1, "never-shown"),
      "a time that a forward step skipped was never shown: exit 1")
got = tool("correct", "-e", forward, input="2026-03-10T13:00:00Z x\n")
equal((got.returncode, got.stdout), (1, "2026-03-10T13:00:00Z x\n"), "in a log it stays as it is, and is a finding")
backward = make(NOON, "0", "0", "3600", "UTC", "0", "1800", "-600000000000")
got = [json.loads(l) for l in tool("convert", "--json", "-e", backward, "2026-03-10T12:25:00Z").stdout.splitlines()]
equal([g["utc"][:19] for g in got], ["2026-03-10T12:25:00", "2026-03-10T12:35:00"],
      "a time that a backward step showed twice has two answers")
got = corrected(backward, "".join("2026-03-10T12:%02d:00Z x\n" % m for m in (24, 25, 29, 21, 25, 40)))
equal([l[14:16] for l in got.splitlines()], ["24", "25", "29", "31", "35", "50"],
      "in a log the order of lines decides between them")



def converted(time, *evidence):
    options = [o for e in evidence for o in ((e,) if e.startswith("--") else ("-e", e))]
    return [json.loads(l) for l in tool("convert", "--json", *options, time).stdout.splitlines()]


def apart(answer):
    return (ns(answer["latest"]) - ns(answer["earliest"])) / 1e9


DAY = ("UTC", "0", "0", "0")
watched = make(NOON, "0", "0", "608", *DAY, "0", "0")
later = make("2026-03-10T14:00:00.180000000Z", "-180000000", "0", "608", *DAY, "7200", "0")
ok(apart(converted("2026-03-10T12:05:00Z", watched, later)[0]) < 0.05, "a watched clock is known well")
ok(apart(converted("2026-03-10T13:00:00Z", watched, later)[0]) > 0.5,
   "but not between two processes, when nobody watched it and it was steered", converted("2026-03-10T13:00:00Z", watched, later))
equal(converted("2026-03-10T13:00:00Z", watched, later)[0]["kind"], "between", "and the answer says so")
slept = make("2026-03-10T15:00:00.000000000Z", "0", "0", "608", *DAY, "7200", "3600")
for time, evidence, sentence in (("2026-03-10T12:20:00Z", (watched, slept), "a sleep that no process saw, after the evidence"),
                                 ("2026-03-10T14:59:00Z", (slept,), "and one before it")):
    got = converted(time, *evidence)
    equal([(g["kind"], g["stop"]) for g in got], [("not-covered", "suspend")], "%s: nothing is carried over it" % sentence)
got = converted("2026-03-10T12:20:00Z", "--beyond", watched, slept)
equal([(g["kind"], g["earliest"], g["latest"], g["basis"]["passed"]) for g in got], [("after", None, None, "suspend")],
      "unless told to go on: then the answer says so, and guarantees nothing")
ok(got[0]["uncertainty_ns"] > 2 * 10**9 and abs(ns(got[0]["utc"]) - ns("2026-03-10T12:20:00.000000000Z")) < 10**6,
   "and errs by seconds", got)
equal(converted("2026-03-10T12:20:00Z", watched)[0]["kind"], "after", "where no sleep is known of, the clock goes on")
up = make(NOON, "0", "0", "608", *DAY, "-999999000", "0")  # 1000 s after the boot
equal([(g["kind"], g.get("stop")) for t in ("11:43:21", "11:43:19") for g in converted("2026-03-10T%sZ" % t, up)],
      [("before", None), ("not-covered", "boot")], "before the evidence it goes back to the boot and stops there")
reboot = make("2026-03-10T14:00:00.000000000Z", "0", "0", "608", *DAY, "-999999000", "0")
reboot = write("reboot.jsonl", open(reboot).read().replace('"boot_id":"00', '"boot_id":"22'))
equal([[(g["kind"], g.get("stop")) for g in converted("2026-03-10T%sZ" % t, "--unverified", watched, reboot)]
       for t in ("13:43:19", "13:43:21", "14:05:00")],
      [[("after", None)], [("before", None)], [("inside", None)]], "the next boot in the evidence ends the one before it")


def broken_off(name, event, at_line, asleep=0, **words):
    """Evidence of a clock that stays right, with an event before this line; then it has slept for so long."""
    lines = open(make(NOON, "0", "0", "608", *DAY, "1000", "0")).read().splitlines(True)
    before, after = json.loads(lines[at_line - 1]), json.loads(lines[at_line])

    def later(line):
        for key, by in (("boot_ns", asleep),):
            line = re.sub(r'"%s":(\d+)' % key, lambda m: '"%s":%d' % (key, int(m[1]) + by), line)
        return re.sub(r'"at":"([^"]*)"', lambda m: '"at":"%s"' % rfc3339(ns(m[1]) + asleep), line)

    made = later(lines[at_line][:lines[at_line].index('"read_ns"')].replace('"type":"%s"' % after["type"], '"type":"event"'))
    made += '"read_ns":30,"event":"%s",' % event + ('"size_ns":%d,' % asleep if asleep else "")
    made += '"before":"%s","before_raw_ns":%d' % (before["at"], before["raw_ns"])
    made += "".join(',"%s":"%s"' % w for w in words.items()) + "}\n"
    return write(name + ".jsonl", "".join(lines[:at_line] + [made] + [later(l) for l in lines[at_line:]]))


slept = broken_off("slept", "suspend", 39, 3600 * 10**9)
zero = rfc3339(ns(json.loads(open(slept).read().splitlines()[38])["at"]) + 8 * 10**9)
equal([(g["kind"], g["basis"]["from_seq"] < 39) for g in converted(zero, "--unverified", slept)], [("after", True)],
      "between the last reading and a suspend that was seen the clock goes on")
equal([g.get("stop") for g in converted("2026-03-10T12:30:00Z", "--unverified", slept)], ["suspend"],
      "but not through the suspend")
changed = broken_off("changed", "clocksource", 39, was="tsc", now="hpet")
got = [(g["kind"], g["basis"]["from_seq"]) for g in converted(zero, "--unverified", changed)]
equal([k for k, _ in got], ["after", "before"], "where the clocksource changed, the old and the new stretch answer")
ok(got[0][1] < 39 <= got[1][1], "each by its own exchanges: the fit begins anew", got)
equal([g["kind"] for g in converted("2026-03-10T12:09:00Z", "--unverified", changed)], ["inside"], "and after it the new one alone")
log = write("beyond-boot.log", "2026-03-10T11:40:00Z a\n2026-03-10T12:05:00Z b\n")
got = tool("correct", "--json", "-e", up, log)
equal((got.returncode, json.loads(got.stderr)["not_covered"], json.loads(got.stderr)["guessed"]), (1, 1, 0),
      "a stamp from before the boot is left")
got = tool("correct", "--json", "--beyond", "-e", up, log)
equal((got.returncode, json.loads(got.stderr)["not_covered"], json.loads(got.stderr)["guessed"]), (0, 0, 1),
      "or guessed with --beyond, and counted")
holds("guesses", tool("correct", "--beyond", "-e", up, log).stderr, "in words, too")
holds("OVER A BOOT", tool("convert", "--beyond", "-e", up, "2026-03-10T11:40:00Z").stdout, "and convert says what it passed over")
got = converted("2026-03-10T12:05:00Z", watched)[0]
equal(list(got), ["host", "time", "utc", "noise_ns", "uncertainty_ns", "earliest", "latest", "frequency_ppm", "kind", "basis",
                  "timescale", "conflict"], "an answer has these fields")
equal((got["basis"]["from_file"], got["basis"]["from_seq"], got["basis"]["to_seq"], got["basis"]["verified"]),
      (watched, 1, 77, True), "its basis is named by file and records")
one = make(NOON, "1000000000", "50", "3200", *DAY, "0", "0")
two = make("2026-03-10T12:00:08.000000000Z", "1000400000", "50", "608", *DAY, "8", "0")
got = converted("2026-03-10T12:53:10Z", one, two)
ok([g["kind"] for g in got] == ["inside"] and abs(ns(got[0]["utc"]) - ns("2026-03-10T12:53:11.159500000Z")) <= 1000 and
   not got[0]["conflict"], "two processes that watched the same clock at the same time agree", got)

boots = [make("2026-03-10T12:00:0%d.000000000Z" % i, str(o), "0", "608") for i, o in ((1, 864000 * 10**9), (2, 10**9))]
boots[1] = write("second-boot.jsonl", open(boots[1]).read().replace('"boot_id":"00', '"boot_id":"11'))
got = tool("convert", "--json", "--unverified", "-e", boots[0], "-e", boots[1], "2026-03-10T12:05:00Z").stdout.splitlines()
equal([json.loads(l)["utc"][:19] for l in got], ["2026-03-10T12:05:01", "2026-03-20T12:05:00"],
      "answers of two boots are in the order of UTC, whatever the host's clock said when they began")

long = write("long.jsonl", run(os.path.join(BUILD, "tests", "prog_make_year"), "12", "3", "512").stdout)
asked = ["2026-01-01T00:10:00Z", "2026-01-06T12:00:00Z", "2026-01-12T23:00:00Z"]
whole = [json.loads(l) for l in tool("convert", "--json", "-e", long, *asked).stdout.splitlines()]
alone = [json.loads(tool("convert", "--json", "-e", long, t).stdout) for t in asked]
ok(all(w["kind"] == a["kind"] == "inside" and abs(ns(w["utc"]) - ns(a["utc"])) < 200000 for w, a in zip(whole, alone)),
   "one day's model of a long time says what the whole one says", (whole, alone))
ok(whole[1]["basis"]["from_seq"] < 3 and alone[1]["basis"]["from_seq"] > 1000 and
   alone[1]["basis"]["to_seq"] < whole[1]["basis"]["to_seq"] - 1000, "and rests on less", (whole[1]["basis"], alone[1]["basis"]))
equal(json.loads(tool("convert", "--json", "-e", long, "2026-03-01T00:00:00Z").stdout)["kind"], "after",
      "a time far from all of it is answered by all of it")

berlin = make("2026-10-25T00:00:00.000000000Z", "3000000000", "0", "10800", "Europe/Berlin", "7200")
equal(corrected(berlin, "".join("Oct 25 %s x\n" % t for t in ("02:30:00", "02:59:59", "02:00:00", "02:30:00", "03:10:00"))),
      "Oct 25 02:30:03 x\nOct 25 02:00:02 x\nOct 25 02:00:03 x\nOct 25 02:30:03 x\nOct 25 03:10:03 x\n",
      "the hour that a zone shows twice is told by the order of lines")
equal(corrected(make("2026-12-31T23:50:00.000000000Z", "3000000000", "0", "1200"),
                "Dec 31 23:59:58 x\nJan  1 00:00:01 y\n", "--style", "iso"),
      "2027-01-01T00:00:01.000000Z x\n2027-01-01T00:00:04.000000Z y\n", "a log over New Year")
equal(corrected(make("2028-02-29T23:50:00.000000000Z", "3000000000", "0", "1200"), "Feb 29 23:59:58 x\n"),
      "Mar  1 00:00:01 x\n", "a log over the end of a leap day")
equal(corrected(slow, "Jul  4 12:00:00 x\n", "--style", "iso", "--year", "2025")[:4], "2025", "--year decides")

reader = start([TOOL, "correct", "-q", "-e", slow], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
reader.stdin.write(b"2026-03-10T12:00:00Z one\n")
reader.stdin.flush()
equal(reader.stdout.readline(), b"2026-03-10T12:00:03Z one\n", "a stream is corrected line by line, without delay")
reader.stdin.close()
equal(reader.wait(10), 0, "and ends with it")

out = os.path.join(scratch, "out.log")
logs = [write("a.log", "2026-03-10T12:00:00Z a\n"), write("b.log", "2026-03-10T12:00:01Z b\n")]
equal(tool("correct", "-e", slow, "-o", out, *logs).returncode, 0, "-o writes a file")
equal(open(out).read(), "2026-03-10T12:00:03Z a\n2026-03-10T12:00:04Z b\n", "of all logs in turn")
equal(tool("correct", "-e", slow, "-o", out, *logs).returncode, 3, "but never over an existing one")
equal(tool("correct", "-e", slow, os.path.join(scratch, "none")).returncode, 3, "a log that is not there: exit 3")
equal(tool("correct", "-e", slow, "--style", "fancy").returncode, 2, "a style that is not there: exit 2")
equal(tool("correct", "-e", slow, "--timezone", "Mars/Base").returncode, 2, "a zone that is not there: exit 2")
equal(tool("correct", "-e", "-", input=open(slow).read()).returncode, 2, "evidence and log both from standard input: exit 2")
equal(tool("correct", logs[0]).returncode, 2, "no evidence named: exit 2")
summary = json.loads(tool("correct", "--json", "-e", slow, logs[0]).stderr)
equal((summary["stamps"], summary["inside"], summary["least_correction_ns"]), (1, 1, 3200000000),
      "--json says what was done")

broken = write("broken.jsonl", "".join(
    l.replace('"noise_ns":1000', '"noise_ns":1001') if i == 21 else l for i, l in enumerate(open(slow).read().splitlines(True))))
got = tool("correct", "-e", broken, input="2026-03-10T12:55:00Z x\n")
equal(got.returncode, 1, "evidence with an altered line: exit 1")
holds("extrapolated", got.stderr, "what is after the altered line is not used")
got = tool("correct", "--unverified", "-e", broken, input="2026-03-10T12:55:00Z x\n")
holds("did NOT verify", got.stderr, "--unverified uses it, and says so")
beyond = write("beyond.log", "2026-03-10T12:00:00Z a\n9999-12-31T00:00:00Z b\n0001-01-01T00:00:00Z c\n")
got = tool("correct", "--json", "-e", slow, beyond)
equal((got.returncode, got.stdout.splitlines()[1:], json.loads(got.stderr)["not_covered"]),
      (1, open(beyond).read().splitlines()[1:], 2), "years beyond what can be counted are not covered, and stay")
with open("/dev/full", "w") as full:
    equal([tool(*c, stdout=full).returncode for c in (["verify", slow], ["verify", "--json", slow], ["correct", "-e", slow, logs[0]],
                                                      ["convert", "-e", slow, NOON], ["--help"], ["correct", "--help"])], [3] * 6,
          "what cannot be written was not done: exit 3")
colours = write("colours.jsonl", "".join(
    l.replace('"host":"made"', '"host":"\\u001b[31mmade"') for l in open(slow).read().splitlines(True)[:1]))
got = tool("verify", colours)
ok("made" in got.stdout and "\x1b" not in got.stdout, "a text in evidence cannot command the terminal", got.stdout)
impossible = make(NOON, "0", "0", "608", "Nowhere/At_all", "9223372036854775807")
got = tool("correct", "-e", impossible, input="Mar 10 12:00:00 x\n")
equal(got.returncode, 2, "a distance from UTC that cannot be is refused")
holds("--timezone", got.stderr, "and the way out is named")
equal(tool("frobnicate").returncode, 2, "an unknown command: exit 2")
equal(tool("--version").stdout.split()[0], "clockwitness", "--version says the name")
done()
