#!/usr/bin/env python3
"""The configuration file: every error names file, line, key and what is allowed."""
from harness import Servers, clock, daemon, directory, done, equal, holds, ok, records, write

WRONG = [
    ("[daemon]\nminpoll = 25\n", 2, "minpoll", "from 0 to 17"),
    ("[daemon]\n\n# x\nspeed = 3\n", 4, "speed", "known here: evidence, minpoll"),
    ("[server a]\naddress = a b\n", 2, "address", "host name"),
    ("[server a]\nport = 0\n", 2, "port", "from 1 to 65535"),
    ("[server a]\ncommon = maybe\n", 2, "common", "yes or no"),
    ("[server a]\nburst = 4\nburst = 5\n", 3, "burst", "twice"),
    ("[server a]\n[server a]\n", 2, "[server a]", "each server has one"),
    ("[daemon]\nlog = loud\n", 2, "log", "error, warning, info or debug"),
    ("[daemon]\nevidence = here\n", 2, "evidence", "absolute"),
    ("minpoll = 6\n", 1, "minpoll", "before any [daemon]"),
    ("[daemon]\nminpoll = 6\n[server b\nport = 1\n", 3, "header", "[server NAME]"),
    ("[clock]\n", 1, "[clock]", "[daemon], [server NAME]"),
    ("[daemon]\nnonsense\n", 2, "key = value", "[section]"),
    ("[daemon]\nminpoll = 6\n  7\n", 3, "begins with a blank", "continued"),
    ("[daemon]\n# " + "x" * 300 + "\nminpoll = 6\n", 2, "197", "longer"),
    ("[daemon]\nlog = info\nminpoll = " + " " * 190 + "6\n", 3, "197", "longer"),
    ("[server %s]\n" % ("x" * 60), 1, "49", "longer"),
]
for i, (text, line, key, allowed) in enumerate(WRONG):
    path = write("wrong-%d.conf" % i, text)
    got = daemon("-c", path, "--once")
    equal(got.returncode, 2, "%r: exit 2" % text[:40])
    ok("%s:%d: " % (path, line) in got.stderr and key in got.stderr and allowed in got.stderr,
       "and names file, line %d, key and what is allowed" % line, got.stderr)
got = daemon("-c", write("poll.conf", "[daemon]\nminpoll = 10\nmaxpoll = 6\n[server a]\n"), "--once")
holds("greater than maxpoll", got.stderr, "minpoll over maxpoll is refused")
got = daemon("-c", write("none.conf", "[daemon]\n"), "--once")
equal(got.returncode, 2, "a file without servers: exit 2")
holds("[server one]", got.stderr, "with an example")
equal(daemon("-c", "/nonexistent.conf", "--once").returncode, 2, "a file that is not there: exit 2")

servers = Servers({"a": clock(0.5)})
port = servers["a"].rsplit(":", 1)[1]
case = directory("case")
path = write("good.conf", "; of two kinds\n[daemon]\r\nevidence = %s\r\nlog=debug\n[server first] ; inline\n"
             "address = 127.0.0.1\nport: %s" % (case, port))
got = daemon("-c", path, "--for", "1s", "--poll", "0.1")
equal(got.returncode, 0, "comments, CRLF, colons and a last line without newline are read")
start = records(case, "start")[0]
equal((start["servers"][0]["name"], start["servers"][0]["address"]), ("first", "127.0.0.1"),
      "the start record says what was configured")
got = daemon("-c", path, "--once", "--poll", "0.1", servers["a"])
holds(servers["a"] + " ", got.stdout, "servers on the command line replace the file's")
done()
