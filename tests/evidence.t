#!/usr/bin/env python3
"""The evidence: chain, seals, damage, a killed daemon, a second one, another's eyes."""
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import time

from harness import DAEMON, TOP, Servers, clock, daemon, directory, done, equal, evidence_files, holds, ns, ok, \
    records, run, scratch, skip, start, tool, wait_for, write

servers = Servers({"a": clock(3.2, 40), "b": clock(3.2, 40), "c": clock(3.2, 40)})
case = directory("case")
got = daemon("-o", case, "--for", "2s", "--poll", "0.1", *servers.all())
equal(got.returncode, 0, "--for ends with exit 0")
files = evidence_files(case)
equal(len(files), 1, "one process writes one file")
ok(re.match(r".*-\d{8}T\d{6}Z-000\.jsonl$", files[0]), "its name holds host, time and number", files[0])
equal(os.stat(files[0]).st_mode & 0o777, 0o600, "only its owner may read it")
data = open(files[0], "rb").read()
lines = data.splitlines(True)
head = re.search(r"ends .* head ([0-9a-f]{64})", got.stderr).group(1)
fingerprint = re.search(r"begins .* fingerprint ([0-9a-f]{64})", got.stderr).group(1)
equal(hashlib.sha256(lines[-1]).hexdigest(), head, "the head printed at stop is the last line's SHA-256")

every = records(case)
equal([r["seq"] for r in every], list(range(len(every))), "numbers run on from 0")
equal([r["prev"] for r in every[1:]], [hashlib.sha256(l).hexdigest() for l in lines[:-1]],
      "each line holds the SHA-256 of the line before it")
equal(every[0]["type"], "start", "the first record is start")
equal([every[-2]["type"], every[-1]["type"], "next" in every[-1]], ["stop", "seal", False],
      "the last two are stop and the last seal, which announces no key")
key, unsealed = every[0]["seal_key"], []
equal(hashlib.sha256(bytes.fromhex(key)).hexdigest(), every[0]["seal_fingerprint"], "the fingerprint is the key's")
equal(every[0]["seal_fingerprint"], fingerprint, "and is printed at the start")
ok(all(b["type"] == "seal" for a, b in zip(every, every[1:]) if a["type"] in ("calibration", "stop")),
   "a seal follows each calibration and the stop")
x = [r for r in every if r["type"] == "exchange" and r["fault"] == "none"]
ok(len(x) > 20, "exchanges are recorded", len(x))
ok(all(abs(r["offset_ns"] - 3_200_000_000) < 2_000_000 for r in x), "each with the offset, +3.2 s", x[0])
ok(all(0 <= r["raw_ns"] - r["t4_raw_ns"] < 10**9 for r in x), "dated by a reading of the clocks after T4")
by_kernel = [r for r in x if r["t1_stamp"] == r["t4_stamp"] == "kernel"]
ok(len(by_kernel) > len(x) / 2, "loopback is stamped by the kernel, once it has begun", (len(by_kernel), len(x)))


def openssl_verifies(line, public):
    """A second opinion on the signature, from another implementation."""
    signed, rest = line.rsplit(b',"sig":"', 1)
    der = bytes.fromhex("302a300506032b6570032100" + public)
    args = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", write("key.der", der),
            "-rawin", "-in", write("signed", signed), "-sigfile", write("sig", bytes.fromhex(rest[:128].decode()))]
    return subprocess.run(args, capture_output=True).returncode == 0


good = True
for line, r in list(zip(lines, every)):
    if r["type"] == "seal" and good:
        good = openssl_verifies(line, key)
        key = r.get("next")
ok(good, "openssl verifies every seal with the key that the seal before announced")

BY_HAND = os.path.join(TOP, "tools", "verify-by-hand")
got = run(BY_HAND, files[0])
equal((got.returncode, got.stdout.split()[-1]), (0, head), "the script that needs none of our programs finds it good, too")
holds("fingerprint " + fingerprint, got.stdout, "and finds the fingerprint")
holds("the first %d are sealed; closed end" % len(lines), got.stdout, "and the end")
for n, damage, words in (
        (7, [lines[6].replace(b'"read_ns":', b'"read_ns":1')], "not made after the line before it"), (7, [], "its number is 7"),
        (6, [lines[6], lines[5]], "its number is"), (2, [lines[1].replace(b"}", b"")], "no JSON object"),
        (6, [re.sub(rb'"sig":"..', b'"sig":"00', lines[5])], "announced key did not make")):
    got = run(BY_HAND, write("by-hand.jsonl", b"".join(lines[:n - 1] + damage + lines[n - 1 + max(1, len(damage)):])))
    equal(got.returncode, 1, "by hand: damage of line %d is found" % n)
    holds(words, got.stdout, "and said")

got = tool("verify", "--closed", "--head", head, "--fingerprint", fingerprint, case)
equal(got.returncode, 0, "verify finds it good")
equal(tool("verify", "--head", "0" * 64, case).returncode, 1, "another head is a finding")
equal(tool("verify", "--fingerprint", "0" * 64, case).returncode, 1, "another fingerprint is a finding")
equal(tool("verify", os.path.join(scratch, "none")).returncode, 3, "a missing file: exit 3")
equal(tool("verify").returncode, 2, "no file: exit 2")
equal(tool("verify", "-", stdin=open(files[0], "rb")).returncode, 0, "standard input can be verified")

seed = int(os.environ.get("CLOCKWITNESS_SEED", "20261122"))
print("# seed %d" % seed)
dice = random.Random(seed)


def verify_damaged(octets, *options):
    got = tool("verify", *options, write("damaged.jsonl", octets))
    blamed = [int(l.split(":")[1]) for l in got.stdout.splitlines() if re.match(r"\S*damaged\.jsonl:\d+:", l)]
    return got, blamed


missed, misnamed = [], []
for _ in range(150):
    n = dice.randrange(len(lines) - 1)
    bit = dice.randrange(8 * len(lines[n]))
    bad = bytearray(lines[n])
    bad[bit // 8] ^= 1 << bit % 8
    got, blamed = verify_damaged(b"".join(lines[:n]) + bytes(bad) + b"".join(lines[n + 1:]))
    if got.returncode != 1:
        missed.append((n + 1, bit))
    elif blamed[:1] != [n + 1]:
        misnamed.append((n + 1, bit, got.stdout.splitlines()[0]))
equal(missed, [], "a flipped bit in any line but the last is found (150 at random)")
equal(misnamed, [], "and its line is named")
missed = []
for bit in range(0, 8 * len(lines[-1]), 7):
    bad = bytearray(lines[-1])
    bad[bit // 8] ^= 1 << bit % 8
    if verify_damaged(b"".join(lines[:-1]) + bytes(bad), "--head", head)[0].returncode != 1:
        missed.append(bit)
equal(missed, [], "in the last line, too, when the head is given")
for n in (0, 1, len(lines) // 2, len(lines) - 2):
    got, blamed = verify_damaged(b"".join(lines[:n] + lines[n + 1:]))
    equal(got.returncode, 1, "without line %d: found" % (n + 1))


def kind_of(octets, *options):
    found = json.loads(verify_damaged(octets, "--json", *options)[0].stdout)["findings"]
    return [(f["line"], f["finding"]) for f in found][:1]


for octets, n, kind, what in (
        (lines[:5] + [lines[4]] + lines[5:], 6, "repeated", "a doubled line"),
        (lines + [lines[-1]], len(lines) + 1, "repeated", "a doubled last seal"),
        (lines[:5] + [lines[6], lines[5]] + lines[7:], 6, "swapped", "two swapped lines"),
        (lines[:5] + lines[9:], 6, "missing", "four dropped lines"),
        (lines[:5] + lines[6:12] + [lines[5]] + lines[12:], 6, "moved", "a line moved down"),
        (lines[:5] + [lines[9]] + lines[5:9] + lines[10:], 6, "moved", "a line moved up"),
        (lines[:5] + [b"{}\n"] + lines[5:], 6, "inserted", "a line that was never written"),
        (lines + [b"more"], len(lines) + 1, "after-end", "octets after the last seal")):
    equal(kind_of(b"".join(octets)), [(n, kind)], "%s: %s, and its line is named" % (what, kind))
alien = directory("alien")
daemon("-o", alien, "--for", "1s", "--poll", "0.1", *servers.all())
strange = open(evidence_files(alien)[0], "rb").read().splitlines(True)
equal(kind_of(b"".join(lines[:20] + strange[20:])), [(21, "spliced")], "the rest of another file: spliced, and its line is named")
got, _ = verify_damaged(b"".join(lines[:-2]))
equal(got.returncode, 0, "a cut at a line's end is an open end, which alone proves nothing")
holds("open end", got.stdout, "but is said")
equal(verify_damaged(b"".join(lines[:-2]), "--closed")[0].returncode, 1, "and is a finding with --closed")
got, _ = verify_damaged(data[:-40])
equal(got.returncode, 0, "a torn last line is a statement")
holds("torn last line", got.stdout, "and is named")
got = tool("convert", "-e", write("damaged.jsonl", b"".join(lines[:10]) + lines[10].replace(b'"v":1', b'"v":2')
                                  + b"".join(lines[11:])), every[5]["at"])
equal(got.returncode, 1, "what uses damaged evidence says so")
holds("nothing from there on is used", got.stderr, "and uses nothing after the damage")

seals = [i for i, r in enumerate(every) if r["type"] == "seal"]
first_seal = next(i for i in seals if any(r["type"] == "calibration" and r["selected"] for r in every[:i]))
forged, octets = lines[:first_seal + 1], lines[first_seal]
for line in lines[first_seal + 1:]:
    r = json.loads(line)
    if r["type"] == "calibration" and r["selected"]:
        octets = re.sub(rb'"seq":\d+,"prev":"[0-9a-f]{64}"', b'"seq":%d,"prev":"%s"'
                        % (len(forged), hashlib.sha256(octets).hexdigest().encode()), line)
        octets = re.sub(rb'("(?:offset|utc_minus_raw)_ns":)(\d+)', lambda m: m[1] + b"%d" % (int(m[2]) + 7200 * 10**9), octets)
        forged.append(octets)
forged = write("forged.jsonl", b"".join(forged))
equal(tool("verify", "--no-replay", forged).returncode, 0, "who cuts behind a seal can write on without seals")
got = tool("verify", forged)
equal(got.returncode, 1, "but what was written so does not follow from the exchanges")
holds("does not follow from the records before it: offset_ns is recorded as", got.stdout, "and that is said")
got = tool("convert", "--json", "-e", forged, every[-1]["at"])
equal(got.returncode, 0, "but what no seal covers is not used")
ok(abs(ns(json.loads(got.stdout)["utc"]) - ns(every[-1]["at"]) - 3_200_000_000) < 10**8, "two forged hours move no answer",
   got.stdout)
holds("covered by no seal; they are not used", got.stderr, "and that is said")
got = tool("convert", "--json", "--unverified", "-e", forged, every[-1]["at"])
equal((got.returncode, json.loads(got.stdout)["basis"]["verified"]), (1, False),
      "--unverified uses it, and says so in the answer")

cut = directory("cut")
with open(os.path.join(cut, "a.jsonl"), "wb") as f:
    f.write(b"".join(lines[:first_seal + 1]))
reading = re.search(rb'"at":.*?"read_ns":\d+,', lines[-1])[0]
with open(os.path.join(cut, "c.jsonl"), "wb") as f:
    f.write(b'{"v":1,"seq":%d,"prev":"%s","type":"continue",%s"program":"","method":1,"host":"%s","machine_id":"","boot_id":"%s",'
            b'"timezone":"","utc_offset_s":0,"watch_s":1,"servers":[],"reason":"","previous_file":"b.jsonl",'
            b'"seal_key":"%s"}\n' % (len(lines), b"1" * 64, reading, every[0]["host"].encode(), every[0]["boot_id"].encode(),
                                     b"0" * 64))
got = tool("verify", cut)
equal(got.returncode, 1, "a file that does not go on from the one before it in its boot is found")
holds("c.jsonl:1: ", got.stdout, "and named")
equal([f["finding"] for f in json.loads(tool("verify", "--json", cut).stdout)["findings"]], ["file-missing"],
      "as a file that is missing")
got = tool("verify", os.path.join(cut, "c.jsonl"))
equal(got.returncode, 0, "alone nobody can tell")
holds("goes on from b.jsonl, which is not here", got.stdout, "and that is said")

os.mkfifo(os.path.join(case, "pipe.jsonl"))
os.mkdir(os.path.join(case, "directory.jsonl"))
got = tool("verify", case, timeout=10)
equal((got.returncode, len(got.stderr.splitlines())), (0, 2), "what is no file in a directory is passed over, and said")

killed = directory("killed")
p = start([DAEMON, "-o", killed, "--poll", "0.05", *servers.all()], stderr=subprocess.DEVNULL)
wait_for(lambda: len(evidence_files(killed)) and os.path.getsize(evidence_files(killed)[0]) > 40000)
second = daemon("-o", killed, "--for", "1s", *servers.all())
equal(second.returncode, 3, "a second daemon on the same directory: exit 3")
holds("another clockwitnessd", second.stderr, "and says why")
p.send_signal(signal.SIGKILL)
p.wait()
first = evidence_files(killed)[0]
whole = open(first, "rb").read()
equal(tool("verify", first).returncode, 0, "after kill -9 every whole line still verifies")
with open(first, "ab") as f:
    f.write(b'{"v":1,"seq":9999,"pre')  # what a kill in the middle of a write leaves
torn = open(first, "rb").read()
time.sleep(0.05)
got = daemon("-o", killed, "--for", "1s", "--poll", "0.1", *servers.all())
equal(open(first, "rb").read(), torn, "the next daemon does not touch the torn file")
newest = [r for r in records([f for f in evidence_files(killed) if f != first][0]) if r["type"] == "start"][0]
last_line = whole.splitlines(True)[-1]
equal((newest["previous"]["file"], newest["previous"]["torn"], newest["previous"]["head"]),
      (os.path.basename(first), 22, hashlib.sha256(last_line).hexdigest()),
      "but its start record names the file, its head and the torn octets")
equal(tool("verify", killed).returncode, 0, "the directory verifies, torn line and all")
with open(first, "wb") as f:
    f.write(b"".join(whole.splitlines(True)[:-3]))
got = tool("verify", killed)
equal(got.returncode, 1, "a tail cut off later contradicts the next start record")
holds("cut, or written on", got.stdout, "and is named")

limited = directory("limited")
got = run("sh", "-c", 'ulimit -f 0; exec "$@"', "sh", DAEMON, "-o", limited, "--for", "1s", *servers.all())
equal((got.returncode, os.listdir(limited)), (3, []), "where no start record can be written: exit 3, and no file is left")
holds("File too large", got.stderr, "and why is said")

if run("openssl", "version").returncode == 0:
    full = directory("full")
    mounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", full).returncode == 0
    if mounted:
        p = start([DAEMON, "-o", full, "--poll", "0.02", *servers.all()], stderr=subprocess.PIPE, text=True)
        wait_for(lambda: p.poll() is not None or os.statvfs(full).f_bavail == 0)
        time.sleep(0.5)
        ok(p.poll() is None, "a full disk does not end the daemon")
        run("mount", "-o", "remount,size=4m", full)
        wait_for(lambda: len(records(full, "gap")) > 1)
        p.send_signal(signal.SIGTERM)
        said = p.communicate()[1]
        holds("No space left", said, "it says so")
        gaps = records(full, "gap")
        equal((gaps[0]["records"], "disk is full" in gaps[0]["reason"]), (0, True), "there was still room for the word")
        ok(gaps[1]["records"] > 0, "and it goes on with a gap record, when there is room again", gaps)
        got = tool("verify", full)
        equal(got.returncode, 0, "and the chain holds across the files")
        run("umount", full)
    else:
        skip("a full disk", "no tmpfs can be mounted here")
done()
