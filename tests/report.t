#!/usr/bin/env python3
"""clockwitness report: one page that needs nothing else, looked at in a real browser."""
import html
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import time

from harness import BUILD, DAEMON, Servers, clock, directory, done, equal, holds, ok, records, run, scratch, skip, start, tool, \
    wait_for, write

PRELOAD = os.path.join(BUILD, "tests", "preload_clock.so")

# a host <script> whose clock is set while three servers watch it, and one of them lies
fake = write("clock.fake", struct.pack("=qqq", 0, 0, 0))
case = directory("case")
servers = Servers({"a": clock(3.2), "b": clock(3.2), "liar": clock(3.5)})
sanitized = "asan" in subprocess.run(["nm", "-D", DAEMON], capture_output=True, text=True).stdout
environment = dict(os.environ) if sanitized else dict(os.environ, LD_PRELOAD=PRELOAD, CLOCK_FAKE=fake)
daemon = start([DAEMON, "-o", case, "--poll", "0.2"] + servers.all(), stderr=subprocess.PIPE, text=True, env=environment)
wait_for(lambda: len(records(case, "calibration")) > 8)
if not sanitized:
    with open(fake, "r+b") as f:
        f.write(struct.pack("=qqq", 5 * 10**9, 0, 0))
    wait_for(lambda: any(e["event"] == "step" for e in records(case, "event")))
seen = len(records(case, "calibration"))
wait_for(lambda: len(records(case, "calibration")) > seen + 8)
daemon.send_signal(signal.SIGTERM)
daemon.communicate(timeout=30)
evidence = [os.path.join(case, n) for n in os.listdir(case) if n.endswith(".jsonl")][0]

page = os.path.join(scratch, "report.html")
got = tool("report", "-o", page, case)
equal(got.returncode, 0, "a report of sound evidence ends with 0")
text = open(page).read()
equal(re.findall(r"(?:src|href)=|@import|url\((?!#)|https?://(?!www\.w3\.org/2000/svg)", text), [], "the page names nothing outside itself")
holds("3.2 s slow", text, "it says how far the clock was off, and to which side")
holds("in 95 cases of 100, and of never more than", text, "with both errors")
holds("falseticker", text, "it names the liar's verdict")
holds("rho, here at most", text, "it says what the guarantee rests on")
digest = subprocess.run(["sha256sum", evidence], capture_output=True, text=True).stdout.split()[0]
holds(digest, text, "it has the digest of the evidence")
head = re.search("head ([0-9a-f]{64})", tool("verify", case).stdout).group(1)
holds(head, text, "and its head")
if not sanitized:
    ok(re.search(r"the clock was set by \+(5\.0000|4\.9999)\d+ s", text), "the step is among what happened", text)
equal(tool("report", "-o", page, case).returncode, 3, "it overwrites nothing")

plain = tool("report", "--text", case)
equal(plain.returncode, 0, "--text as well")
wide = [line for line in plain.stdout.split("WHAT HAPPENED")[0].splitlines() if len(line) > 80]
equal(wide, [], "its sentences and its table fit a terminal")
rows = [l.split() for l in plain.stdout.splitlines() if re.match(r"[0-9-]{10}T[0-9:.]+Z +[+-]", l)]
ok(rows and all(float(r[2]) <= float(r[3]) for r in rows), "and in no row of its table is what holds in 95 cases more than what surely holds", rows)
for title in ("SUMMARY", "OFFSET AND FREQUENCY", "WHAT HAPPENED", "SERVERS", "METHOD", "LIMITS", "EVIDENCE"):
    holds("\n%s\n" % title, plain.stdout, "the text has %s" % title)

damaged = write("damaged.jsonl", re.sub(rb'"stratum":1', b'"stratum":2', open(evidence, "rb").read(), count=1))
got = tool("report", "--text", damaged)
equal((got.returncode in (1, 3), "stratum" in got.stdout), (True, False), "altered evidence is a finding or no report")

browser = shutil.which("chromium")
if browser is None:
    skip("the page in a browser", "chromium is not installed")
    done()
SHOT = os.path.join(os.path.abspath(BUILD), "report.png")
# drag over a fifth of the first picture, then tell what is seen
probe = """<script>
const s=document.getElementById('offset'),b=s.getBoundingClientRect(),before=view.slice();
const ev=(t,x)=>s.dispatchEvent(new PointerEvent(t,{clientX:b.left+b.width*x,clientY:b.top+b.height/2,pointerId:1,bubbles:true}));
s.setPointerCapture=()=>{};
ev('pointermove',.5);const told=document.getElementById('readout').textContent;
ev('pointerdown',.4);ev('pointermove',.6);ev('pointerup',.6);const near=view.slice();
s.dispatchEvent(new MouseEvent('dblclick',{bubbles:true}));
document.title=JSON.stringify({before,near,after:view,told,ticks:s.querySelectorAll('.tick').length,
 requests:performance.getEntriesByType('resource').length,wide:document.documentElement.scrollWidth<=innerWidth});
</script></body>"""
looked = write("looked.html", text.replace("</body>", probe))
CHROMIUM = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
            "--user-data-dir=" + directory("profile"), "--window-size=1100,2600"]
got = run(*CHROMIUM, "--screenshot=" + SHOT, "--dump-dom", "file://" + looked, timeout=120)
equal([line for line in got.stderr.splitlines() if "CONSOLE" in line], [], "the browser's console has nothing to say")
title = re.search("<title>(.*?)</title>", got.stdout)
state = json.loads(html.unescape(title.group(1))) if title and title.group(1).startswith("{") else {}
ok(state, "the script runs", got.stdout[:300] + got.stderr[-300:])
if state:
    length = state["before"][1] - state["before"][0]
    ok(0.15 * length < state["near"][1] - state["near"][0] < 0.3 * length, "dragging zooms", state)
    equal(state["after"], state["before"], "a double click shows the whole again")
    ok("+-" in state["told"] and "ppm" in state["told"], "hovering tells values", state)
    ok(state["ticks"] > 6, "the axes have labels", state)
    equal((state["requests"], state["wide"]), (0, True), "no request leaves, and nothing stands out to the side")
done()
