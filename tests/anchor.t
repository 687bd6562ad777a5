#!/usr/bin/env python3
"""Time-stamps by an authority (RFC 3161): asked for, kept, and what they prove."""
import glob
import json
import os
import shutil

from harness import MAKE_EVIDENCE, directory, done, equal, holds, ok, run, scratch, tool, write

case = directory("case")
evidence = os.path.join(case, "host.jsonl")
made = run(MAKE_EVIDENCE, "2026-11-22T12:00:00.000000000Z", "3200000000", "40", "320").stdout
with open(evidence, "w") as f:
    f.write(made)
lines = made.encode().splitlines(True)


def openssl(*args):
    got = run("openssl", *args, cwd=scratch)
    if got.returncode != 0:
        print("# openssl %s: %s" % (" ".join(args), got.stderr.strip()))
    return got


def authority(name):
    """A certificate authority, and whom it lets sign time-stamps."""
    ca, tsa = os.path.join(scratch, name + "-ca"), os.path.join(scratch, name)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=%s root" % name, "-keyout", ca + ".key", "-out", ca + ".crt")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=%s stamps" % name,
            "-keyout", tsa + ".key", "-out", tsa + ".csr")
    extensions = write(name + ".ext", "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n")
    openssl("x509", "-req", "-in", tsa + ".csr", "-CA", ca + ".crt", "-CAkey", ca + ".key", "-CAcreateserial", "-days", "20",
            "-extfile", extensions, "-out", tsa + ".crt")
    write(name + ".cnf", "[tsa]\ndefault_tsa = one\n[one]\nserial = %s.serial\nsigner_cert = %s.crt\nsigner_key = %s.key\n"
          "signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\ncerts = %s.crt\naccuracy = secs:1\n"
          "ess_cert_id_alg = sha256\n" % (tsa, tsa, tsa, ca))
    return ca + ".crt"


def answer(name, query, to):
    openssl("ts", "-reply", "-config", name + ".cnf", "-queryfile", query, "-out", to)
    return to


trusted, stranger = authority("notary"), authority("stranger")
got = tool("anchor", evidence)
query = evidence + ".tsq"
equal((got.returncode, os.path.exists(query)), (0, True), "a request is made beside the evidence")
holds("curl ", got.stdout, "and how to send it is said")
text = openssl("ts", "-query", "-in", query, "-text").stdout
holds("sha256", text, "it asks about a SHA-256")
reply = answer("notary", query, os.path.join(scratch, "reply.tsr"))
got = tool("anchor", "--response", reply, "--tsa-ca", trusted, evidence)
kept = glob.glob(evidence + "-*.tsr")
equal((got.returncode, kept), (0, ["%s-%d.tsr" % (evidence, len(lines) - 1)]), "the answer is kept beside it, by its record's number")
equal(tool("anchor", "--response", reply, evidence).returncode, 3, "and never written over")
last = write("last", lines[-1])
equal(openssl("ts", "-verify", "-data", last, "-in", kept[0], "-CAfile", trusted).returncode, 0,
      "openssl finds that it stamps the last line itself")

got = tool("verify", "--tsr", kept[0], "--tsa-ca", trusted, evidence)
equal(got.returncode, 0, "verify takes it")
holds("host.jsonl:%d: this line" % len(lines), got.stdout, "says which line it is of")
holds("all before it existed at 20", got.stdout, "since when that exists")
holds("CN=notary stamps", got.stdout, "and who says so")
got = tool("verify", "--tsr", kept[0], evidence)
equal(got.returncode, 0, "without a trusted authority it proves nothing")
holds("nobody checked", got.stdout, "and that is said")
equal(tool("verify", "--tsr", kept[0], "--tsa-ca", stranger, evidence).returncode, 1, "another authority's trust does not help it")
forged = answer("stranger", query, os.path.join(scratch, "forged.tsr"))
got = tool("verify", "--tsr", forged, "--tsa-ca", trusted, evidence)
equal(got.returncode, 1, "an answer by somebody else is a finding")
holds("not signed by that authority", got.stdout, "and is named")
equal(tool("verify", "--tsr", write("noise.tsr", b"\x30\x03\x02\x01\x00"), evidence).returncode, 1, "so is what is no answer")

open_end = os.path.join(case, "cut.jsonl")
with open(open_end, "wb") as f:
    f.write(b"".join(lines[:10]))
shutil.copy(kept[0], os.path.join(scratch, "whole.tsr"))
got = tool("verify", "--tsr", kept[0], "--tsa-ca", trusted, open_end)
equal(got.returncode, 1, "a tail that was cut off after the time-stamp is found")
holds("of no line that holds", got.stdout, "and that is said")
equal(tool("anchor", open_end).returncode, 0, "evidence with an open end can be time-stamped")
early = answer("notary", open_end + ".tsq", os.path.join(scratch, "early.tsr"))
found = json.loads(tool("verify", "--json", "--tsr", early, "--tsa-ca", trusted, open_end).stdout)
kinds = [s["statement"] for s in found["statements"]]
ok("tsr" in kinds and "end-proven" in kinds and "unsealed" not in kinds, "then its end, and what no seal covers, is proven", kinds)
equal(tool("verify", "--tsr", early, "--tsa-ca", trusted, evidence).returncode, 0, "and the evidence may have gone on since")
equal(tool("anchor", "--response", early, evidence).returncode, 1, "an answer to another request is not kept")
broken = write("broken.jsonl", b"".join(lines[:4] + lines[5:]))
got = tool("anchor", broken)
equal((got.returncode, os.path.exists(broken + ".tsq")), (1, False), "damaged evidence is not time-stamped")
done()
