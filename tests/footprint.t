#!/usr/bin/env python3
"""What the stop record says that the process did to the host is what the kernel saw it do."""
import os
import re

from harness import DAEMON, Servers, clock, directory, done, equal, evidence_files, ok, records, run, scratch, skip

servers = Servers({"a": clock(0.5), "b": clock(0.5)})
case, trace = directory("case"), os.path.join(scratch, "trace")
got = run("strace", "-o", trace, "-e", "trace=%file,write,sendto,close", DAEMON, "-o", case, "--for", "1s", "--poll", "0.2",
          *servers.all())
if "ptrace" in got.stderr.lower() or not os.path.exists(trace):
    skip("the footprint", "strace cannot trace here")
    done()
lines = open(trace).read().splitlines()
stop = records(case, "stop")[0]
name = os.path.basename(evidence_files(case)[0])
fd = [re.search(r"= (\d+)$", l).group(1) for l in lines if name in l and "O_EXCL" in l][0]
written = [int(m.group(1)) for l in lines for m in [re.match(r"write\(%s, .* = (\d+)$" % fd, l)] if m]
with open(evidence_files(case)[0], "rb") as f:
    after = [len(l) for l in f.read().splitlines(keepends=True)][-2:]
equal(sum(written) - sum(after), stop["octets_written"], "so many octets of evidence it wrote before the stop record")
sent = [l for l in lines if l.startswith("sendto(") and re.search(r", NULL, 0\) = 48$", l)]
equal(len(sent), stop["packets_sent"], "so many requests it sent")
read = [l for l in lines if re.search(r"O_NONBLOCK|/proc/net/", l) and l.startswith("openat") and " = -1 " not in l
        and "O_DIRECTORY" not in l]
equal(len(read), stop["files_read"], "so many of the host's files it opened")
ok(stop["files_read"] > 5, "which are some", stop)
done()
