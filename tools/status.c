/* How the daemon of this host stands: asked over its Unix socket. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "json.h"
#include "say.h"
#include "status_print.h"

#define SOCKET "/run/clockwitness/status"
#define WAIT_MS 5000
#define ANSWER_MAX ((size_t)1 << 20)

static const char usage[] =
    "usage: clockwitness status [--json | --metrics | --watch] [--socket FILE]\n\n"
    "Asks the clockwitnessd of this host how it stands.\n\n"
    "  --json         its answer, one JSON object in a line\n"
    "  --metrics      OpenMetrics, for a textfile collector\n"
    "  --watch        asks again each two seconds, until it is interrupted\n"
    "  --socket FILE  where it listens; " SOCKET "\n"
    "  -h, --help     this text\n\n"
    "Exit status: 0 done; 1 done, but the evidence cannot be written, or no server is\n"
    "selected; 2 usage; 3 nobody answers.\n";

enum form { FORM_TEXT, FORM_JSON, FORM_METRICS };

struct status_options {
	enum form form;
	bool watch;
	const char *socket;
};

static int
connect_to(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(name.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&name, sizeof(name)) != 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* All that comes until the other side hangs up, with a NUL. */
static char *
read_all(int fd)
{
	char *text = malloc(ANSWER_MAX + 1);
	size_t used = 0;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n = text != NULL ? 1 : -1;

	while (n > 0 && used < ANSWER_MAX) {
		int ready = poll(&p, 1, WAIT_MS);

		if (ready == 0)
			errno = ETIMEDOUT;
		n = ready <= 0 ? -1 : read(fd, text + used, ANSWER_MAX - used);
		used += n > 0 ? (size_t)n : 0;
	}
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[used] = '\0';
	return text;
}

/* The usual reasons by what they mean: a daemon that ended leaves its socket behind. */
static void
say_why_not(const char *path)
{
	if (errno == ENOENT || errno == ECONNREFUSED)
		say("%s: no clockwitnessd answers there; does it run, with this status socket?",
		    path);
	else
		(void)say_errno("%s", path);
}

/* NULL: why not has been said. */
static char *
ask(const char *path)
{
	static const char request[] = "status\n";
	int fd = connect_to(path);
	char *text = NULL;

	if (fd >= 0 && send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0)
		text = read_all(fd);
	if (text == NULL)
		say_why_not(path);
	if (fd >= 0)
		close(fd);
	return text;
}

static int
show(const struct status_options *o)
{
	char *text = ask(o->socket);
	struct json *answer = text != NULL ? json_parse(text) : NULL;
	int code = EXIT_CANNOT;

	if (text != NULL && (answer == NULL || !status_is_whole(answer)))
		say("%s: that is no answer of a clockwitnessd", o->socket);
	else if (answer != NULL) {
		code = status_is_well(answer) ? EXIT_DONE : EXIT_FINDINGS;
		if (o->form == FORM_JSON)
			(void)fputs(text, stdout);
		else if (o->form == FORM_METRICS)
			status_print_metrics(answer, stdout);
		else
			status_print(answer, stdout);
	}
	json_free(answer);
	free(text);
	return code;
}

/* A daemon that restarts is waited for. */
static int
watch(const struct status_options *o)
{
	const struct timespec pause = { .tv_sec = 2 };

	for (;;) {
		if (isatty(STDOUT_FILENO))
			(void)fputs("\033[H\033[2J", stdout);
		(void)show(o);
		if (fflush(stdout) != 0)
			return EXIT_CANNOT;
		(void)nanosleep(&pause, NULL);
	}
}

/* -1: go on; else the exit code. */
static int
take(struct status_options *o, int option)
{
	switch (option) {
	case 'j':
		o->form = FORM_JSON;
		return -1;
	case 'm':
		o->form = FORM_METRICS;
		return -1;
	case 'w':
		o->watch = true;
		return -1;
	case 's':
		o->socket = optarg;
		return -1;
	case 'h':
		(void)fputs(usage, stdout);
		return EXIT_DONE;
	default:
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
}

int
status_main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "metrics", no_argument, NULL, 'm' },
		{ "watch", no_argument, NULL, 'w' },
		{ "socket", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct status_options o = { .socket = SOCKET };
	int code = -1;
	int option;

	while (code < 0 && (option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = take(&o, option);
	if (code >= 0)
		return code;
	if (optind < argc) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return o.watch ? watch(&o) : show(&o);
}
