#!/usr/bin/env python3
"""What the daemon gives away: users, capabilities, files, system calls."""
import os
import re
import signal
import subprocess

from harness import DAEMON, Servers, clock, daemon, directory, done, equal, evidence_files, holds, ok, records, scratch, skip, start, tool, \
    wait_for, write

servers = Servers({"a": clock(1.5), "b": clock(1.5)})
hosts = "".join("[server %s]\naddress = 127.0.0.1\nport = %s\n" % (n, servers[n].rsplit(":", 1)[1]) for n in "ab")
sanitized = "asan" in subprocess.run(["ldd", DAEMON], capture_output=True, text=True).stdout


def conf(name, case, more):
    return write(name, "[daemon]\nevidence = %s\n%s\n%s" % (case, more, hosts))


case = directory("own")
path = conf("own.conf", case, "log = debug")
p = start([DAEMON, "-c", path, "--poll", "0.2"], stderr=subprocess.PIPE, text=True)
wait_for(lambda: len(records(case, "exchange")) > 2)
status = dict(l.split(":\t", 1) for l in open("/proc/%d/status" % p.pid).read().splitlines() if ":\t" in l)
begun = records(case, "start")[0]
equal((begun["uid"], begun["capabilities"]), (os.getuid(), "0" * 16), "the user stays, without capabilities")
equal([int(status["Cap" + s], 16) for s in ("Inh", "Prm", "Eff", "Amb")], [0] * 4, "in all sets of the process")
if os.getuid() == 0:
    equal(int(status["CapBnd"], 16), 0, "and none can be had")
else:
    skip("the bounding set", "not started as root")
equal(status["NoNewPrivs"], "1", "nor any other privilege")
c = begun["context"]
unread = {u["item"]: u["reason"] for u in c["unread"]}
if "seccomp" not in unread:
    equal((c["seccomp"], status["Seccomp"]), ("own", "2"), "system calls are filtered, as the record says")
else:
    ok(sanitized or c["seccomp"] != "own", "system calls are not filtered, and the record says why", unread)
ok(c["landlock"] > 0 or "landlock" in unread, "files are confined, or the record says why not", c)
equal(c["no_new_privileges"], True, "the record says that no new privilege can be had")
limits = open("/proc/%d/limits" % p.pid).read()
equal(re.search(r"Max core file size\s+(\d+)\s+(\d+)", limits).groups(), ("0", "0"), "no core can be dumped")
equal(os.stat("/proc/%d/maps" % p.pid).st_uid, 0, "the process is nobody's to look into")
os.rename(write("new.conf", open(path).read() + "pool = 2\n"), path)
p.send_signal(signal.SIGHUP)
ok(wait_for(lambda: records(case, "reload")), "a configuration that an editor has put in place is read again")
p.send_signal(signal.SIGTERM)
equal((p.wait(10), "not permitted" in p.stderr.read()), (0, False), "it does all its work so")
equal(tool("verify", "--closed", case).returncode, 0, "and its evidence verifies")

case = directory("free")
equal(daemon("-c", conf("free.conf", case, "confine = no"), "--for", "0.5s").returncode, 0, "confine = no")
c = records(case, "start")[0]["context"]
equal((c["seccomp"], c["landlock"]), ("none" if status.get("Seccomp") else c["seccomp"], 0), "confines nothing")
equal({u["reason"] for u in c["unread"] if u["item"] in ("seccomp", "landlock")}, {"confine = no"}, "and the record says so")

case = directory("bare")
got = daemon("--set", "confine=no", "--set", "common=yes", "-o", case, "--for", "0.5s", "--poll", "0.1", *servers.all())
equal(got.returncode, 0, "the same without a configuration")
begun = records(case, "start")[0]
equal({u["reason"] for u in begun["context"]["unread"] if u["item"] in ("seccomp", "landlock")}, {"confine = no"}, "is recorded so")
equal({s["common"] for s in begun["servers"]}, {True}, "a key of servers is each one's")
holds("--set", begun["command_line"], "and the command line says it")
got = daemon("--set", "confine=perhaps", "--once", servers["a"])
equal((got.returncode, "allowed: yes or no" in got.stderr), (2, True), "what cannot be set so is a wrong command line")

case = directory("closed")
got = daemon("-c", conf("nobody.conf", case, "user = no-such-user"), "--for", "0.5s")
equal(got.returncode, 2, "a user who is not there is a wrong configuration")
holds("user 'no-such-user' is not in /etc/passwd", got.stderr, "he is named")
if os.getuid() == 0:
    os.chmod(scratch, 0o755)
    path = conf("closed.conf", case, "user = nobody")
    got = daemon("-c", path, "--for", "0.5s")
    equal(got.returncode, 2, "a directory that the user cannot write to is a wrong configuration")
    holds("user 65534 cannot write to the evidence directory " + case, got.stderr, "it is named")
    equal(os.listdir(case), [], "nothing has been made there")
    os.chown(case, 65534, 65534)
    got = daemon("-o", case, "--for", "0.5s", *servers.all())
    equal(got.returncode, 2, "nor does root write to a directory of somebody else, having given away what it would take")
    holds("it belongs to user 65534: become that user (--set user=NAME", got.stderr, "it is said what to do")
    equal(daemon("-o", case, "--set", "user=nobody", "--for", "0.5s", *servers.all()).returncode, 0, "which works")
    os.unlink(evidence_files(case)[0])
    equal(daemon("-c", path, "--for", "0.5s").returncode, 0, "given to the user it is taken")
    begun = records(case, "start")[0]
    equal((begun["uid"], begun["capabilities"]), (65534, "0" * 16), "and the process is his, without capabilities")
    equal({os.stat(os.path.join(case, n)).st_uid for n in os.listdir(case)}, {65534}, "as is the evidence")
else:
    skip("another user", "not started as root")
done()
