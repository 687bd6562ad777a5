/* Time-stamps of heads: a request to send to an authority, and its answer, kept. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "records.h"
#include "say.h"
#include "timestamp.h"

static const char usage[] =
    "usage: clockwitness anchor FILE\n"
    "       clockwitness anchor --response RESPONSE [--tsa-ca CA] FILE\n"
    "\n"
    "Makes a request (RFC 3161) to time-stamp the head of an evidence file, beside it as\n"
    "FILE.tsq; send it to an authority. Then takes the answer, checks it, and keeps it\n"
    "beside the evidence as FILE-SEQ.tsr, for verify --tsr.\n"
    "\n"
    "  --response RESPONSE  what the authority answered\n"
    "  --tsa-ca CA          certificates that are trusted, PEM: check the signature\n"
    "\n"
    "Exit status: 0 done; 1 evidence or answer is not good; 2 usage; 3 cannot.\n";

struct anchoring {
	const char *response, *authority;
	uint64_t damages;
	struct digest head; /* asked for */
	bool found;
	uint64_t seq;
};

static void
on_damage(void *arg, const struct records_damage *d)
{
	struct anchoring *a = arg;

	a->damages++;
	say("%s:%" PRIu64 ": this line %s", d->file->path, d->line, d->words);
}

static void
on_checked(void *arg, const struct records_line *l, const struct record *r,
    const struct digest *digest)
{
	struct anchoring *a = arg;

	(void)l;
	if (a->response == NULL || !digest_equal(&a->head, digest))
		return;
	a->found = true;
	a->seq = r->seq;
}

/* Never over what is there. */
static FILE *
create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "wb") : NULL;

	if (out == NULL)
		(void)say_errno("%s", path);
	if (out == NULL && fd >= 0)
		close(fd);
	return out;
}

static int
finish(FILE *out, const char *path, bool good)
{
	good &= fflush(out) == 0 && fsync(fileno(out)) == 0;
	good &= fclose(out) == 0;
	if (good)
		return EXIT_DONE;
	(void)unlink(path);
	return say_errno("%s", path);
}

/* An older request is answered or given up. */
static int
ask(const struct records_file *f, const char *path)
{
	FILE *out;
	int code;

	if (unlink(path) != 0 && errno != ENOENT)
		return say_errno("%s", path);
	out = create(path);
	if (out == NULL)
		return EXIT_CANNOT;
	code = finish(out, path, timestamp_request(&f->head, out));
	if (code == EXIT_DONE)
		(void)printf(
		    "%s asks for a time-stamp of number %" PRIu64
		    "; send it, for example:\n"
		    "curl -H 'Content-Type: application/timestamp-query' --data-binary "
		    "@%s URL > answer.tsr\nclockwitness anchor --response answer.tsr %s\n",
		    path, f->seq, path, f->path);
	return code;
}

static bool
copy(const char *from, FILE *out)
{
	char octets[65536];
	FILE *in = fopen(from, "rbe");
	size_t n;
	bool good = in != NULL;

	while (good && (n = fread(octets, 1, sizeof(octets), in)) > 0)
		good = fwrite(octets, 1, n, out) == n;
	good = good && !ferror(in);
	if (in != NULL)
		(void)fclose(in);
	return good;
}

static int
keep(const struct anchoring *a, const struct records_file *f, const char *when)
{
	char *path = NULL;
	FILE *out;
	int code = EXIT_CANNOT;

	if (asprintf(&path, "%s-%" PRIu64 ".tsr", f->path, a->seq) < 0)
		return say_errno("%s", f->path);
	out = create(path);
	if (out != NULL)
		code = finish(out, path, copy(a->response, out));
	if (code == EXIT_DONE)
		(void)printf("%s: number %" PRIu64 " and all before it existed at %s%s\n",
		    path, a->seq, when,
		    a->authority != NULL ? "" : ", says whom nobody checked (--tsa-ca)");
	free(path);
	return code;
}

static int
anchor_file(struct anchoring *a, const struct records_file *f, const char *when)
{
	char *path = NULL;
	struct timestamp again;
	const char *wrong = NULL;
	int code;

	if (f->lines == 0 || a->damages > 0) {
		say("%s: only evidence that holds is worth a time-stamp", f->path);
		return EXIT_FINDINGS;
	}
	if (asprintf(&path, "%s.tsq", f->path) < 0)
		return say_errno("%s", f->path);
	if (a->response != NULL && access(path, R_OK) == 0)
		wrong = timestamp_read(a->response, NULL, path, &again);
	if (wrong != NULL)
		say("%s: %s (%s)", a->response, wrong, path);
	if (a->response != NULL && wrong == NULL && !a->found)
		say("%s: it time-stamps no line of %s", a->response, f->path);
	if (a->response == NULL)
		code = ask(f, path);
	else
		code = wrong == NULL && a->found ? keep(a, f, when) : EXIT_FINDINGS;
	free(path);
	return code;
}

static int
anchor(struct anchoring *a, char *path)
{
	struct records records;
	struct records_visitor visitor = {
		.checked = on_checked,
		.damage = on_damage,
		.arg = a,
	};
	struct timestamp stamp = { .checked = false };
	const char *wrong = NULL;
	int code = EXIT_CANNOT;

	if (a->response != NULL)
		wrong = timestamp_read(a->response, a->authority, NULL, &stamp);
	if (wrong != NULL) {
		say("%s: %s", a->response, wrong);
		return EXIT_FINDINGS;
	}
	a->head = stamp.head;
	if (records_open(&records, &path, 1) && records.files == 1) {
		records_walk(&records, &visitor);
		code = anchor_file(a, &records.file[0], stamp.when);
	} else if (records.files > 1) {
		say("%s: name one file", path);
		code = EXIT_USAGE;
	}
	records_close(&records);
	return code;
}

static const struct option options[] = {
	{ "response", required_argument, NULL, 'r' },
	{ "tsa-ca", required_argument, NULL, 'a' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

int
anchor_main(int argc, char *argv[])
{
	struct anchoring a = { .response = NULL };
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'r') {
			a.response = optarg;
		} else if (option == 'a') {
			a.authority = optarg;
		} else if (option == 'h') {
			(void)fputs(usage, stdout);
			return EXIT_DONE;
		} else {
			(void)fputs("try 'clockwitness anchor --help'\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (optind + 1 != argc || strcmp(argv[optind], "-") == 0) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return anchor(&a, argv[optind]);
}
