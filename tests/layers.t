#!/usr/bin/env python3
"""The architecture, held by machine: who may include what, and what core may not do."""
import glob
import os
import re
import subprocess

from harness import BUILD, TOP, done, equal, ok

os.chdir(TOP)

# From the ground up: a header includes only what stands before it.
LADDER = ["timescale", "bytes", "text", "ini_lines", "calendar", "median", "digest", "seal", "fault", "ntp_packet", "exchange",
          "stamp", "interleave", "sample", "drift", "fit", "clock_filter", "steering", "clock_watch", "host_rate", "selection", "association", "calibration", "drift_file", "host_text", "daemon_log", "told_clock",
          "record_context", "record", "replay", "chain", "chain_break",
          "observation", "levels", "intersection", "truechimers", "kalman", "wander", "clock_path", "smoother", "bounds",
          "clock_model", "log_pattern", "log_time", "log_format", "log_header", "binary_stamp", "binary_log", "timeline"]
DOORS = {r"event2/.*|event\.h": ["daemon/loop.c"],
         r"ini\.h": ["daemon/config.c", "tools/case_read.c"],
         r"systemd/.*": ["daemon/notify.c", "tools/journal.c"], r"seccomp\.h": ["daemon/confine_calls.c"],
         r"sodium.*": ["core/digest.c", "core/seal.c"],
         r"jansson\.h": ["tools/json.c"], r"archive(_entry)?\.h": ["tools/source.c"],
         r"openssl/.*": ["tools/hash.c", "tools/timestamp.c"], r"zstd\.h": ["daemon/compress.c", "tools/records_source.c"],
         r"pthread\.h": ["tools/correct_ahead.c"]}
CORE_MAY_CALL = re.compile(
    r"^(mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp|chr)|sqrt|fabs|floor|ceil|abort|__\w+|_GLOBAL_OFFSET_TABLE_|crypto_\w+|sodium_\w+)$")
CORE_MAY_INCLUDE = {"stdbool.h", "stddef.h", "stdint.h", "string.h", "math.h", "limits.h", "sodium.h"}


def includes(path):
    return re.findall(r'^#include ([<"])([^>"]+)[>"]', open(path).read(), re.M)


def name(path):
    return os.path.splitext(os.path.basename(path))[0]


headers = sorted(glob.glob("include/*.h"))
sources = {room: sorted(glob.glob(room + "/*.[ch]")) for room in ("core", "daemon", "tools")}
equal(sorted(name(h) for h in headers), sorted(LADDER), "every header of include/ has its place on the ladder")
equal([h for h in headers if not os.path.exists("core/%s.c" % name(h))], [], "and its namesake in core/")
wrong = [(h, i) for h in headers for q, i in includes(h)
         if q == '"' and (name(i) not in LADDER or LADDER.index(name(i)) >= LADDER.index(name(h)))]
equal(wrong, [], "no header includes one that stands above it")

for room, files in sources.items():
    own = {os.path.basename(f) for f in files if f.endswith(".h")}
    allowed = own | {os.path.basename(h) for h in headers}
    equal([(f, i) for f in files for q, i in includes(f) if q == '"' and i not in allowed], [],
          "%s/ includes only include/ and its own headers" % room)
equal([(f, i) for f in sources["core"] + headers for q, i in includes(f) if q == "<" and i not in CORE_MAY_INCLUDE], [],
      "core/ and include/ know only the headers of plain computation")
for pattern, doors in DOORS.items():
    users = [f for files in sources.values() for f in files
             if any(q == "<" and re.fullmatch(pattern, i) for q, i in includes(f))]
    equal(sorted(set(users)), doors, "one door for <%s>" % pattern.split("|")[0].replace("\\", ""))

archive = os.path.join(BUILD, "core.a")
undefined = subprocess.run(["nm", "-u", archive], capture_output=True, text=True).stdout
defined = set(re.findall(r"^\w+ [A-Z] (\w+)$", subprocess.run(["nm", archive], capture_output=True, text=True).stdout, re.M))
called = set(re.findall(r"^ +U (\w+)$", undefined, re.M)) - defined
ok(called, "core's calls can be read")
equal(sorted(c for c in called if not CORE_MAY_CALL.match(c)), [],
      "core/ calls no file, socket, clock, environment or allocator")
sections = subprocess.run(["size", "-A", archive], capture_output=True, text=True).stdout
kept = [(n, s) for n, s in re.findall(r"^\.(data|bss|tdata|tbss)\s+(\d+)", sections, re.M) if s != "0"]
if "asan" in undefined:
    ok(True, "core/ has no state of its own # SKIP the sanitizer adds some")
else:
    equal(kept, [], "core/ has no state of its own")

text = {f: open(f).read() for files in sources.values() for f in files}
SETTERS = r"\b(settimeofday|clock_settime|stime|adjtime|ntp_adjtime|adjtimex|clock_adjtime)\s*\("
READER = "daemon/kernel_clock.c"
code = {f: re.sub(r"/\*.*?\*/", "", text[f], flags=re.S) for f in text}
equal([f for f in code if f != READER and re.search(SETTERS, code[f])], [], "no source calls what sets or steers a clock")
equal(re.findall(SETTERS, code[READER]), ["adjtimex"], "one calls adjtimex, once")
equal(re.findall(r".*\bmodes\b.*", code[READER]), ["\tstruct timex state = { .modes = 0 };"],
      "with modes = 0, which only reads, and nothing else touches modes")
tests = {f: open(f).read() for f in glob.glob("tests/*.c")}
equal([f for f in tests if re.search(SETTERS, tests[f]) and f not in (
    "tests/guest_main.c", "tests/preload_clock.c", "tests/test_confine.c")], [],
      "no test does, but what is for a virtual machine, what plays a clock, and what must be forbidden to")
ok(re.search(r"^main\([^)]*\)\n\{\n\trefuse_elsewhere\(\);", tests["tests/guest_main.c"], re.M), "and that one refuses to run elsewhere")
equal([f for f in text if re.search(r"\bNDEBUG\b|-ffast-math(?!\")", text[f])], [], "nothing switches assertions off")
made = open("Makefile").read()
ok("-ffp-contract=off" in made, "conclusions are computed without fused operations")
done()
