#!/usr/bin/env python3
"""clockwitness correct on logs that are no text: utmp, lastlog, accounting, pcap, pcapng, the journal."""
import gzip
import json
import os
import shutil
import struct
import subprocess
import sys
import time

from harness import MAKE_EVIDENCE, SAFE, TOOL, done, equal, holds, ns, ok, rfc3339, run, scratch, skip, tool, write

NOON = "2026-03-10T12:00:00.000000000Z"
T = 1773144000  # the same
SECOND = 10**9


def evidence(offset, start=NOON):
    return write("by%d-%s.jsonl" % (offset, start[:19]), run(MAKE_EVIDENCE, start, str(offset), "0", "3600").stdout)


def put(name, octets):
    path = os.path.join(scratch, name)
    with open(path, "wb") as f:
        f.write(octets)
    return path


def correct(log, by, *options):
    got = subprocess.run([TOOL, "correct", "--json", "-e", by, *options, log], capture_output=True)
    return got.returncode, got.stdout, got.stderr.decode()


def summary(words):
    return json.loads(words.splitlines()[-1])


def laws(name, made, by=3200000000):
    """made(ns) is the log with its stamps moved by so much."""
    there, back = evidence(by), evidence(-by, rfc3339(ns(NOON) + by))
    path = put(name, made(0))
    code, out, words = correct(path, there)
    want = made(by)
    ok((code, out) == (0, want), "%s: its stamps move, and no other octet" % name,
       "exit %d\n%s\n%d octets, differ at %s" % (code, words, len(out), [i for i in range(min(len(out), len(want))) if out[i] != want[i]][:20]))
    code, out, words = correct(put(name + ".out", out), back)
    ok((code, out) == (0, made(0)), "%s: there and back is the original" % name, words)
    manifest, out = path + ".manifest", path + ".corrected"
    tool("correct", "-q", "-e", there, "--manifest", manifest, "-o", out, path)
    got = subprocess.run([TOOL, "correct", "--undo", manifest, out], capture_output=True)
    ok((got.returncode, got.stdout) == (0, made(0)), "%s: undone it is the original, too" % name, got.stderr)


plus = evidence(3200000000)


# ---- utmp

def login(us, kind=7, e="<", wide=False):
    form = e + ("hxxi32s4s32s256shhqqq4i20x4x" if wide else "hxxi32s4s32s256shhiii4i20x")
    return struct.pack(form, kind, 77, b"pts/0", b"ts/0", b"al\x1b[31mice", b"10.0.0.1", 0, 0, 5, *divmod(us, 10**6), 1, 2, 3, 4)


OLD_TIME, NEW_TIME = 4, 3


def logins(e, wide):
    def made(by):
        by //= 1000
        return b"".join([login((T + 60) * 10**6 + 5 + by, 2, e, wide), login((T + 70) * 10**6 + 999999 + by, 7, e, wide),
                         login(0, 0, e, wide), login((T + 80) * 10**6, OLD_TIME, e, wide),
                         login((T + 100) * 10**6 + 7, NEW_TIME, e, wide), login((T + 200) * 10**6 + 1 + by, 8, e, wide)])
    return made


for word, e, wide in (("x86-64", "<", False), ("powerpc64", ">", False), ("aarch64", "<", True), ("s390x", ">", True)):
    laws("wtmp-" + word, logins(e, wide))
wtmp, moved = (logins("<", False)(by) for by in (0, 3200000000))
code, out, words = correct(put("wtmp", wtmp), plus)
told = json.loads(words.splitlines()[0])
equal((told["clock_set_from"], told["clock_set_to"], told["record"]),
      (rfc3339((T + 80) * SECOND), rfc3339((T + 100) * SECOND + 7000), 5), "OLD_TIME and NEW_TIME are told, with both times")
equal([summary(words)[k] for k in ("lines", "stamps", "empty", "clock_sets", "formats")], [6, 4, 1, 1, {"utmp": 4}],
      "and not corrected; 0 is no time")
words = tool("correct", "-e", plus, "-o", os.path.join(scratch, "wtmp.said"), os.path.join(scratch, "wtmp")).stderr
holds("by +20.000007 s", words, "in words, too, and by how much")
holds("records of 384 octets, the least significant octet", words, "and what the log was taken for")
code, out, words = correct(put("wtmp.gz", gzip.compress(wtmp)), plus)
equal((code, out), (0, moved), "a compressed one is read")
out = subprocess.run([TOOL, "correct", "-q", "-e", plus], input=wtmp, capture_output=True).stdout
equal(out, moved, "and one from a pipe")
if shutil.which("utmpdump"):
    shown = run("utmpdump", put("wtmp.shown", moved)).stdout
    holds("2026-03-10T12:01:03,200005", shown, "utmpdump reads the corrected time")
    holds("2026-03-10T12:01:20,000000", shown, "and OLD_TIME as it was")
    real = subprocess.run(["utmpdump", "-r"], input=run("utmpdump", os.path.join(scratch, "wtmp")).stdout.encode(),
                          capture_output=True).stdout
    code, out, words = correct(put("wtmp.real", real), plus)
    equal((code, len(out), summary(words)["formats"]), (0, 6 * 384, {"utmp": 4}), "what utmpdump writes is read")
else:
    skip("utmpdump reads the corrected time", "no utmpdump")
late = evidence(3200000000, "2038-01-19T03:00:00.000000000Z")
code, out, words = correct(put("wtmp-2038", login((2**31 - 2) * 10**6) + login((2**31 - 5) * 10**6)), late)
equal((code, out, summary(words)["unprintable"]), (1, login((2**31 - 2) * 10**6) + login((2**31 - 2) * 10**6 + 200000), 1),
      "what 32 bits cannot hold, after 2038, stays, and is a finding")
code, out, words = correct(put("wtmp-torn", wtmp[:-100]), plus)
equal((code, out), (3, moved[:-384] + wtmp[-384:-100]), "a torn record at the end passes, exit 3")
holds("ends within a record", words, "and is said")
odd = struct.pack("<ii", T, 10**6)
odd = login(T * 10**6)[:340] + odd + login(T * 10**6)[348:]
code, out, words = correct(put("btmp", odd + login(T * 10**6)), plus, "--format", "utmp")
equal((code, out, summary(words)["strange"]), (1, odd + login(T * 10**6 + 3200000), 1),
      "a million microseconds are no time: left, a finding")
got = tool("correct", "-e", plus, "--style", "iso", os.path.join(scratch, "wtmp"))
equal((got.returncode, got.stdout), (3, ""), "another style is refused: exit 3, and nothing written")
holds("--style same", got.stderr, "and says what is possible")
got = tool("correct", "-e", plus, "--format", "pcap", os.path.join(scratch, "wtmp"))
equal((got.returncode, got.stdout), (3, ""), "so is a format that it does not begin as")


# ---- lastlog, accounting: whole seconds

def lastlog(e, wide):
    def user(t):
        return struct.pack(e + ("q" if wide else "i") + "32s256s", t, b"pts/1" if t else b"", b"h" if t else b"")

    def made(by):
        return user(0) * 2 + user(T + 900 + by // SECOND) + user(0) * 30 + user(T + 100 + by // SECOND) + user(0)
    return made


def accounting(e, version):
    def process(t):
        if version == 3:
            return struct.pack(e + "BBHIIIIIIf8H16s", 2, 3 | (0x80 if e == ">" else 0), 5, 0, 0, 0, 9, 1, t, 2.5, *range(8), b"sh")
        return struct.pack(e + "BBHHHI9HHI17sBHII", 2, 2 | (0x80 if e == ">" else 0), 0, 0, 5, t, *range(9), 100, 0, b"sh", 0, 0, 0, 0)

    def made(by):
        return b"".join(process(T + at + by // SECOND) for at in (500, 100, 700))
    return made


for word, e, wide in (("x86-64", "<", False), ("powerpc64", ">", False), ("aarch64", "<", True), ("s390x", ">", True)):
    laws("lastlog-" + word, lastlog(e, wide), 3 * SECOND)
for e in "<>":
    for version in (2, 3):
        laws("acct-%d-%s" % (version, {"<": "little", ">": "big"}[e]), accounting(e, version), 3 * SECOND)
sparse = bytes(292 * 2000) + lastlog("<", False)(0)
code, out, words = correct(put("lastlog", sparse), plus)
equal((code, out), (0, bytes(292 * 2000) + lastlog("<", False)(3 * SECOND)), "a lastlog that begins with 2000 zeros is known by its name")


# ---- packets

def pcap(magic, e, unit, extra=0):
    def made(by):
        out = struct.pack(e + "IHHiIII", magic, 2, 4, 0, 0, 65535, 1)
        for i, size in enumerate((60, 0, 1514, 70000)):
            seconds, part = divmod((T + i) * SECOND + 123456789 // unit * unit + by, SECOND)
            out += struct.pack(e + "IIII", seconds, part // unit, size, size) + bytes(extra) + b"\xa1\xb2\xc3\xd4" * (size // 4) + b"x" * (size % 4)
        return out
    return made


for e, word in (("<", "little"), (">", "big")):
    laws("us-%s.pcap" % word, pcap(0xa1b2c3d4, e, 1000))
    laws("ns-%s.pcap" % word, pcap(0xa1b23c4d, e, 1), 3200000001)
laws("modified.pcap", pcap(0xa1b2cd34, "<", 1000, 8))


def block(e, kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(e + "II", kind, len(body) + 12) + body + struct.pack(e + "I", len(body) + 12)


def option(e, code, value):
    return struct.pack(e + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(e, by):
    def at(t, exponent, offset=0):
        per_second = 10**exponent if exponent < 64 else 2**(exponent - 128)
        count = (t - offset * SECOND) * per_second // SECOND
        return struct.pack(e + "II", count >> 32, count & 0xffffffff)

    def packet(interface, stamp):
        return block(e, 6, struct.pack(e + "I", interface) + stamp + struct.pack(e + "II", 5, 5) + b"bytes")

    t = T * SECOND + 500000000 + by
    return b"".join([
        block(e, 0x0a0d0d0a, struct.pack(e + "IHHq", 0x1a2b3c4d, 1, 0, -1) + option(e, 2, b"hardware") + bytes(4)),
        block(e, 1, struct.pack(e + "HHI", 1, 0, 0)),
        block(e, 1, struct.pack(e + "HHI", 1, 0, 0) + option(e, 2, b"eth0") + option(e, 9, b"\x09") + bytes(4)),
        block(e, 1, struct.pack(e + "HHI", 1, 0, 0) + option(e, 9, b"\x8a") + option(e, 14, struct.pack(e + "q", 3600))),
        block(e, 1, struct.pack(e + "HHI", 1, 0, 0) + option(e, 9, b"\x0a")),
        packet(0, at(t, 6)), packet(1, at(t, 9)), packet(2, at(t, 128 + 10, 3600)), packet(3, at(t, 10)),
        packet(1, bytes(8)),
        block(e, 3, struct.pack(e + "I", 4) + b"none"),
        block(e, 2, struct.pack(e + "HH", 1, 0) + at(t, 9) + struct.pack(e + "II", 4, 4) + b"obso"),
        block(e, 5, struct.pack(e + "I", 1) + at(t, 9) + option(e, 2, at(t, 9)) + option(e, 4, bytes(8)) + option(e, 3, at(t, 9))),
        block(e, 0x0bad, b"\xa1\xb2\xc3\xd4" * 30000)])


laws("two.pcapng", lambda by: section("<", by) + section(">", by), 3 * SECOND + SECOND // 2)
code, out, words = correct(put("none.pcapng", section("<", 0) + block("<", 6, struct.pack("<IIIII", 9, 1, 1, 0, 0))), plus)
equal((code, summary(words)["strange"]), (1, 1), "a packet of an interface that was not described is left, a finding")


def many(kinds):
    """Interfaces by how they count, and a packet of each."""
    def made(by):
        def at(exponent):
            count = (T * SECOND + by) * 10**exponent // SECOND
            return struct.pack("<II", count >> 32, count & 0xffffffff)
        return b"".join([block("<", 0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))] +
                        [block("<", 1, struct.pack("<HHI", 1, 0, 0) + option("<", 9, bytes([k])) + bytes(4)) for k in kinds] +
                        [block("<", 6, struct.pack("<I", i) + at(k) + struct.pack("<II", 0, 0)) for i, k in enumerate(kinds)])
    return made


laws("many.pcapng", many([6] * 3000 + [9] * 2000 + [6] + [3] * 500))
code, out, words = correct(put("changing.pcapng", many([6, 9] * 512 + [6, 6, 9])(0)), plus)
equal((code, summary(words)["strange"]), (1, 3), "of interfaces that count otherwise each time, those behind the 1024th change are left")
cut = pcap(0xa1b2c3d4, "<", 1000)
code, out, words = correct(put("cut.pcap", cut(0)[:-9]), plus)
equal((code, out), (3, cut(3200000000)[:-9]), "a capture that ends within a packet: all stamps corrected, exit 3")
lost = cut(0) + b"\xff" * 40
code, out, words = correct(put("lost.pcap", lost), plus)
equal((code, out), (3, cut(3200000000) + b"\xff" * 40), "what is no packet any more passes as it is, exit 3")
holds("there is no pcap", words, "and where that begins is said")
stream = subprocess.Popen(SAFE + [TOOL, "correct", "-q", "-e", plus], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
stream.stdin.write(cut(0)[:24 + 16 + 60])
stream.stdin.flush()
equal(stream.stdout.read(24 + 16 + 60), cut(3200000000)[:24 + 16 + 60], "a stream of packets is corrected as it comes")
stream.stdin.close()
equal(stream.wait(10), 0, "and ends with it")


# ---- the journal

def entry(i, by):
    t = (T + i) * 10**6 + 1 + by // 1000
    return (b"__CURSOR=s=1;i=%x;t=%x\n__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=77\n_SOURCE_REALTIME_TIMESTAMP=%d\n" %
            (i, T, t, t - 5) + b"MESSAGE\n" + struct.pack("<Q", 52) + b"\n__REALTIME_TIMESTAMP=1773144000000000\n2026-03-10T\xff\n"
            + b"\nPRIORITY=6\n\n")


laws("an.export", lambda by: b"".join(entry(i, by) for i in range(300)))
code, out, words = correct(put("an.export", entry(0, 0)), plus, "--style", "annotate")
holds("2026-03-10T12:00:03.200001Z +-", out.decode("latin-1"), "annotated, an export is read as text")
code, out, words = correct(put("two.export", entry(0, 0) + entry(1, 0)), plus, "--explain")
equal([(e["line"], e["format"], e["resolution_ns"]) for e in map(json.loads, words.splitlines()[:-1])],
      [(i, "journal-export", 1000) for i in (1, 1, 2, 2)], "--explain numbers entries from 1")
code, out, words = correct(put("torn.export", entry(0, 0) + b"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff__REALTIME_TIMESTAMP=1773144000000000\n"), plus)
equal((code, out[:len(entry(0, 0))]), (3, entry(0, 3200000000)), "a field of impossible length ends the reading, exit 3")


# ---- of several answers the one that the log itself tells

def set_back(by):
    return write("back%d.jsonl" % by, run(MAKE_EVIDENCE, NOON, "0", "0", "3600", "UTC", "0", "1800", str(-by * SECOND)).stdout)


def seconds(octets):
    return [struct.unpack("<ii", octets[i + 340:i + 348])[0] - T for i in range(0, len(octets), 384)]


for by, at, told, want in ((600, (1500, 1510, 1505, 1799), True, [1500, 1510, 1800, 1200, 2105, 2399]),
                           (600, (1500, 1510, 1505, 1799), False, [1500, 1510, 1505, 1799]),
                           (5, (1797, 1799, 1796, 1799), True, [1797, 1799, 1800, 1795, 1801, 1804])):
    clock = [login((T + 1800) * 10**6, OLD_TIME), login((T + 1800 - by) * 10**6, NEW_TIME)] if told else []
    made = [login((T + s) * 10**6) for s in at]
    code, out, words = correct(put("set-back", b"".join(made[:2] + clock + made[2:])), set_back(by), "--format", "utmp")
    equal((code, seconds(out)), (0, want), "%s OLD_TIME and NEW_TIME, a clock set back by %d s" % ("with" if told else "without", by))

begins = json.loads(open(set_back(600)).readline())
up = begins["raw_ns"] // 1000


def told(second, since, boot=begins["boot_id"].replace("-", ""), more=b""):
    """An entry: what the clock showed, and what had really gone by."""
    return (b"__CURSOR=x\n__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n%s_BOOT_ID=%s\nMESSAGE=x\n"
            b"_SOURCE_REALTIME_TIMESTAMP=%d\n\n" % ((T + second) * 10**6, up + since * 10**6, more, boot.encode(), (T + second) * 10**6 - 9))


def entries(octets):
    return [int(l.split(b"=")[1]) // 10**6 - T for l in octets.split(b"\n") if l.startswith(b"__REALTIME_T")]


stray = up // 2000 // 10**6  # the clock of a journal is slewed: by 500 ppm at most
for sentence, log, want in (
        ("by the time since the entry before", told(1000, 1000 + stray) + told(1510, 2110 + stray) + told(1520, 1520 + stray), [1000, 2110, 1520]),
        ("by the time since the boot, where it begins there", told(1510, 2110) + told(1511, 1511), [2110, 1511]),
        ("with numbers of entries in between", told(1510, 2110, more=b"__SEQNUM=1\n__SEQNUM_ID=0123\n"), [2110]),
        ("not by that of another boot", told(1510, 2110, "f" * 32), [1510]),
        ("not by what is no time", told(1510, 2110).replace(b"_TIMESTAMP=%d" % (up + 2110 * 10**6), b"_TIMESTAMP=" + b"9" * 30), [1510])):
    code, out, words = correct(put("told.export", log), set_back(600))
    equal((code, entries(out)), (0, want), "an entry that the clock showed twice is told %s" % sentence)
    sources = [int(l.split(b"=")[1]) for l in out.split(b"\n") if l.startswith(b"_SOURCE")]
    equal([s // 10**6 - T + 1 for s in sources], want, "and its source's time goes with it")
cut = told(1500, 1500) + b"__CURSOR=x\n__REALTIME_TIMESTAMP=%d\n" % ((T + 1600) * 10**6)
code, out, words = correct(put("cut.export", cut), evidence(3 * SECOND))
equal((code, entries(out)), (0, [1503, 1603]), "an export that ends behind the time of an entry is corrected to there")

JOURNALD = "/lib/systemd/systemd-journald"
SCRIPT = """set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/log/journal
%s >/dev/null 2>&1 &
pid=$!
i=0; while [ ! -S /run/systemd/journal/socket ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done
printf 'MESSAGE=tab\\there \\303\\251\\nFOO=bar\\n' | logger --journald
printf 'MESSAGE=odd \\377 \\302\\200 x\\nFOO=\\n' | logger --journald
printf 'MESSAGE=the last one\\n' | logger --journald
i=0; while ! grep -qa 'the last one' /run/log/journal/*/*.journal && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done
kill $pid; wait $pid || true
cp /run/log/journal/*/*.journal "$0"
""" % JOURNALD
file = os.path.join(scratch, "system.journal")
if os.path.exists(JOURNALD) and shutil.which("journalctl") and os.getuid() == 0:
    begun = rfc3339(int(time.time()) // 3600 * 3600 * SECOND - 3600 * SECOND)
    subprocess.run(SAFE + ["unshare", "-m", "sh", "-c", SCRIPT, file], capture_output=True, timeout=60)
if os.path.exists(file):
    export = subprocess.run(["journalctl", "--file", file, "-o", "export"], capture_output=True).stdout
    zero, by = evidence(0, begun), evidence(3 * SECOND, begun)
    code, out, words = correct(file, zero)
    ok(b"the last one" in export and (code, out) == (0, export), "a journal's file by a clock that is right is what journalctl exports", words)
    code, out, words = correct(file, by)
    equal(out, correct(put("real.export", export), by)[1], "and by another, that export corrected")
    stamps = [[int(l.split(b"=")[1]) for l in o.split(b"\n") if l.startswith(b"__REALTIME_TIMESTAMP=")] for o in (export, out)]
    ok(stamps[0] and [b - a for a, b in zip(*stamps)] == [3 * 10**6] * len(stamps[0]), "each entry by three seconds", stamps)
    got = subprocess.run([TOOL, "correct", "-e", by], input=open(file, "rb").read(), capture_output=True)
    equal((got.returncode, got.stdout), (3, b""), "from a pipe it cannot be read: exit 3")
    holds("a pipe cannot be", got.stderr.decode(), "and says so")
    code, out, words = correct(put("system.journal.gz", gzip.compress(open(file, "rb").read())), by)
    equal((code, out), (3, b""), "nor compressed")
    holds("unpacked", words, "and says so")
    code, out, words = correct(put("half.journal", open(file, "rb").read()[:5000]), by)
    equal(code, 3, "half a file is damaged: exit 3")
else:
    skip("a journal's file", "systemd-journald cannot be run here")
static = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "build-static", "clockwitness")
if os.path.exists(static):
    got = run(static, "correct", "-e", plus, put("x.journal", b"LPKSHHRH" + bytes(300)))
    equal(got.returncode, 3, "the static program reads no journal: exit 3")
    holds("journalctl -o export", got.stderr, "and says what to do")
done()
