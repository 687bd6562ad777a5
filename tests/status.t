#!/usr/bin/env python3
"""The status socket, clients of all manners, and what the tool makes of its answers."""
import hashlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import time

from harness import DAEMON, Servers, ask, clock, configure, daemon, directory, done, equal, evidence_files, holds, ok, \
    records, scratch, start, tool, wait_for

servers = Servers({"a": clock(3.2, 40), "b": clock(3.2, 40), "c": clock(3.2, 40), "liar": clock(9)})
case, path = directory("case"), os.path.join(scratch, "status.sock")
config = configure("status", servers, case, status=path)
said = os.path.join(scratch, "said")
p = start([DAEMON, "-c", config, "--poll", "0.1"], stderr=open(said, "w"))
wait_for(lambda: (ask(path) or {}).get("clock", {}).get("selected"))
first = ask(path)
equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "the socket is its owner's alone")
equal((first["v"], first["program"], first["pid"]), (1, "clockwitnessd", p.pid), "it says who answers")
equal(first["configuration_sha256"], hashlib.sha256(open(config, "rb").read()).hexdigest(), "and by which configuration")
ok(abs(first["clock"]["offset_ns"] - 3_200_000_000) < 2_000_000, "the offset, UTC minus the host's clock", first["clock"])
ok(first["clock"]["noise_ns"] <= first["clock"]["uncertainty_ns"] <= first["clock"]["bound_ns"], "with its three errors")
wait_for(lambda: "falseticker" in [s["verdict"] for s in ask(path)["servers"]])
now = ask(path)
equal(sorted(s["verdict"] for s in now["servers"]), ["eligible", "eligible", "falseticker", "selected"],
      "each server with its verdict")
ok(all({"reach", "offset_ns", "delay_ns", "root_distance_ns", "age_ns", "poll_ns", "last_fault"} <= set(s)
       for s in now["servers"]), "reach, offset, delay, distance, age, interval, fault", now["servers"])
on_disk = {r["seq"]: r for r in records(case)}
e = now["evidence"]
ok(e["synced_seq"] in on_disk and e["synced_seq"] <= e["seq"], "what it calls synced is in the file", e)
equal((e["directory"], os.path.join(case, e["file"]), e["disk"]), (case, evidence_files(case)[0], "ok"), "it names file and disk")
line = open(evidence_files(case)[0], "rb").read().splitlines(True)[e["seq"]]
equal(e["head"], hashlib.sha256(line).hexdigest(), "its head is the SHA-256 of the newest line")
holds(e["fingerprint"], open(said).read(), "its fingerprint is the one that was printed")

got = tool("status", "--socket", path)
equal(got.returncode, 0, "the tool is content")
ok(re.search(r"3\.20\d s slow, \+-.* \(95 %\), never worse than", got.stdout), "it says so in words", got.stdout)
ok(all(w in got.stdout for w in ("falseticker", "3 of 4 agree", "sealed", e["fingerprint"])), "and all of it", got.stdout)
equal(json.loads(tool("status", "--json", "--socket", path).stdout)["pid"], p.pid, "--json is the answer itself")
metrics = tool("status", "--metrics", "--socket", path).stdout
ok(metrics.endswith("# EOF\n"), "--metrics ends as OpenMetrics ends", metrics[-200:])
names = re.findall(r"^# TYPE (\S+) gauge$", metrics, re.M)
equal(len(names), len(set(names)), "each family once")
wrong = [l for l in metrics.splitlines() if not re.fullmatch(
    r'# (TYPE|HELP|EOF).*|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[0-9.e+-]+', l)]
equal(wrong, [], "each line is one of OpenMetrics")
ok(abs(float(re.search(r"^clockwitness_offset_seconds (\S+)", metrics, re.M)[1]) - 3.2) < 0.01, "in seconds", metrics)
watching = start([tool.__globals__["TOOL"], "status", "--watch", "--socket", path], stdout=subprocess.PIPE)
ok(watching.stdout.readline().startswith(b"clockwitnessd"), "--watch shows it")
watching.terminate()
equal(tool("status", "--socket", path + ".none").returncode, 3, "nobody answers: exit 3")
equal(tool("status", "x").returncode, 2, "usage: exit 2")


def client(octets=b""):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.sendall(octets)
    return s


silent = [client() for _ in range(40)]
ok(ask(path), "forty silent clients do not keep others out")
lazy = [client(b"status\n") for _ in range(20)]
ok(ask(path), "nor twenty that do not read")
garbage = client(b"\0" * 100)
equal(garbage.recv(10)[:1] in (b"", b"{"), True, "garbage ends the talk")
holds(b"error", client(b"reload\n").recv(1000), "any other request is refused")
half = client(b"sta")
half.sendall(b"tus\nstatus\n")
ok(half.recv(10).startswith(b"{"), "a request may come in pieces")
gone = [client(b"status\n") for _ in range(50)]
for s in gone + silent + lazy:
    s.close()
before = ask(path)["counts"]["exchanges"]
ok(wait_for(lambda: ask(path)["counts"]["exchanges"] > before + 5), "and it measures on all the while")
descriptors = len(os.listdir("/proc/%d/fd" % p.pid))
for _ in range(200):
    client(b"status\n").close()
wait_for(lambda: len(os.listdir("/proc/%d/fd" % p.pid)) <= descriptors)
ok(len(os.listdir("/proc/%d/fd" % p.pid)) <= descriptors, "no descriptor is left of two hundred clients")

second = start([DAEMON, "-c", configure("second", servers, directory("other"), status=path), "--for", "1s"],
               stderr=subprocess.PIPE, text=True)
holds("no status socket", second.communicate()[1], "a second daemon does not take the socket away")
ok(ask(path), "and the first still answers")
p.send_signal(signal.SIGKILL)
p.wait()
ok(os.path.exists(path), "one that is killed leaves its socket")
p = start([DAEMON, "-c", config, "--poll", "0.1"], stderr=subprocess.DEVNULL)
ok(wait_for(lambda: ask(path)), "the next one replaces it")
p.terminate()
equal(p.wait(20), 0, "it ends")
ok(ask(path) is None, "and nobody answers any more")
done()
