#!/usr/bin/env python3
"""A time out of a year of rotated files: only the files near it are read."""
import json
import os
import re

from harness import BUILD, TOOL, directory, done, equal, evidence_files, holds, ok, run, scratch, skip, tool, write

year = directory("rotated")
run(os.path.join(BUILD, "tests", "prog_make_year"), "20", "3", "512", year)
days = evidence_files(year)
NEAR = "2026-01-10T12:00:00Z"


def near(*args, path=year, at=NEAR):
    return tool("convert", "--json", *args, "-e", path, at)


def changed(day=-1, old=b"", new=b"", gone=-1, after=0.5):
    """A copy of the year, the first `old` of a day after so much of it changed, or without a day."""
    path = directory("changed%d" % next(serial))
    for i, name in enumerate(days):
        copy = os.path.join(path, os.path.basename(name))
        if i not in (day, gone):
            os.link(name, copy)
        if i != day:
            continue
        data = open(name, "rb").read()
        at = data.index(old, int(after * len(data)))
        write(copy, data[:at] + new + data[at + len(old):])
    return path


equal(tool("verify", "--closed", year).returncode, 0, "a year that is made is good, and its conclusions follow")
serial = iter(range(100))
part, all_of_it = near(), near("--whole")
answers = [json.loads(p.stdout) for p in (part, all_of_it)]
unread = [a["basis"].pop("files_unread") for a in answers]
equal(answers[0], answers[1], "a time in the middle of rotated files gets the answer that all files give")
equal((part.returncode, unread), (0, [14, 0]), "without reading the files that lie far from it; --whole reads them")
holds("14 of 20 files lie far from these times and were not read", part.stderr, "that is said")
equal(all_of_it.stderr, "", "and only then")
answer = json.loads(near(at="2026-01-01T03:00:00Z").stdout)
equal((answer["host"], answer["kind"], answer["basis"]["files_unread"]), ("made", "inside", 16),
      "so for a time in the first file")
answer = json.loads(near(at="2026-03-01T00:00:00Z").stdout)
equal((answer["kind"], answer["basis"]["files_unread"]), ("after", 0), "a time far from all of them has them all read")

trace = os.path.join(scratch, "trace")
traced = run("strace", "-f", "-y", "-e", "trace=pread64,read,mmap", "-o", trace, TOOL, "convert", "-e", year, NEAR)
octets = [sum(int(n) for n in re.findall(r"pread64\(\d+<[^>]*%s>.*= (\d+)$" % os.path.basename(d), open(trace).read(), re.M))
          for d in days]
if traced.returncode == 0 and max(octets) > 0:
    WINDOW = 4 + 4 * 65536
    equal([i for i in range(20) if octets[i] > 2 * WINDOW], [7, 8, 9, 10, 11, 19], "near files are read, and the open end")
    ok(all(o <= WINDOW for i, o in enumerate(octets) if i not in (7, 8, 9, 10, 11, 12, 19)),
       "of the others no more than the beginning, and that once more of the one after them", octets)
else:
    skip("how much is read of each file", "strace cannot trace here: %s" % traced.stderr[:80])

far = changed(3, b'"precision":-24', b'"precision":-23')
again = json.loads(near(path=far).stdout)
equal((near(path=far).returncode, again["utc"]), (0, answers[0]["utc"]), "damage in a far file does not matter for it")
holds("003.jsonl:", near("--whole", path=far).stderr, "is found with --whole")
equal(near("--whole", path=far).returncode, 1, "as a finding")
holds("003.jsonl:", tool("verify", far).stdout, "and by verify")
damaged = near(path=changed(8, b'"precision":-24', b'"precision":-23'))
equal(damaged.returncode, 1, "damage in a near file is a finding")
holds("008.jsonl:", damaged.stderr, "that names it")
cut = changed(gone=11)
data = open(days[11], "rb").read()
write(os.path.join(cut, os.path.basename(days[11])), data[:data.index(b"\n", data.rindex(b'"type":"seal"', 0, len(data) * 2 // 3)) + 1])
cut = near(path=cut)
equal(cut.returncode, 1, "a near file whose end was cut off is a finding")
holds("012.jsonl:1: this line does not continue the file before it", cut.stderr, "by the first line of the far one after it")
missing = near(path=changed(gone=9))
equal(missing.returncode, 1, "a near file that is missing is a finding")
holds("010.jsonl:1: this line does not continue the file before it", missing.stderr, "that says where")
equal(near(path=changed(gone=3)).returncode, 0, "a far one that is missing does not matter")

moved = changed(9, b'"at":"2026-01-10', b'"at":"2026-05-10', after=0)
equal(near(path=moved).returncode, 1, "who redates the beginning of a near file gets it read, and found")

back = changed()
for day in range(16, 20):
    name = os.path.join(back, os.path.basename(days[day]))
    os.unlink(name)
    data = open(days[day], "rb").read()
    write(name, re.sub(rb'"at":"2026-01-(\d\d)', lambda m: b'"at":"2026-01-%02d' % (int(m[1]) - 6), data))
answer = json.loads(near("--unverified", path=back).stdout.splitlines()[0])
equal(answer["basis"]["files_unread"], 11, "where the clock was set back to these times, the files it was set in are near, too")

again = changed(gone=7)
last = open(days[6], "rb").read().splitlines(True)[-3:]
write(os.path.join(again, os.path.basename(days[7])), b"".join(last) + open(days[7], "rb").read())
again = near(path=again)
answer = json.loads(again.stdout)
equal((again.returncode, answer["utc"], answer["basis"]["files_unread"]), (0, answers[0]["utc"], 13),
      "a file that repeats lines of a far one has that read, too")

done()
