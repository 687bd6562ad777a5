/*
 * What happens to the clock of the virtual machine of tests/check_qemu: steps, slews, a
 * leap second, for real; and the time servers there. The only program of the project that
 * sets a clock: it refuses to run anywhere but in that machine, which it knows by a word
 * on the kernel's command line.
 *
 *	guest read
 *	guest step NS              adjtimex, ADJ_SETOFFSET
 *	guest set SECONDS          clock_settime
 *	guest frequency PPM [for SECONDS]
 *	guest tick US [for SECONDS]
 *	guest adjtime US
 *	guest leap insert|delete|none
 *	guest serve ADDRESS PORT NS        NTP: UTC is RAW + NS
 *
 * Whoever changes something says so on standard output, with the clocks just before and
 * just after: "did WHAT REAL RAW REAL RAW".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define WORD "clockwitness-guest"
#define NS INT64_C(1000000000)
#define NTP_EPOCH INT64_C(2208988800)
#define NTP_OCTETS 48

static void
fail(const char *what)
{
	(void)fprintf(stderr, "guest: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void
refuse_elsewhere(void)
{
	char line[4096] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, line, sizeof(line) - 1) : 0;

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	for (const char *word = strtok(line, " \n"); word != NULL;
	     word = strtok(NULL, " \n"))
		if (strcmp(word, WORD) == 0)
			return;
	(void)fputs("guest: this is not the virtual machine of tests/check_qemu: "
		    "nothing is done\n",
	    stderr);
	exit(2);
}

static int64_t
read_clock(clockid_t id)
{
	struct timespec t = { 0 };

	if (clock_gettime(id, &t) != 0)
		fail("clock_gettime");
	return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

struct pair {
	int64_t real, raw;
};

/* The narrowest bracket of many. */
static struct pair
read_pair(void)
{
	struct pair best = { 0, 0 };
	int64_t narrowest = INT64_MAX;

	for (int i = 0; i < 16; i++) {
		int64_t before = read_clock(CLOCK_MONOTONIC_RAW);
		int64_t real = read_clock(CLOCK_REALTIME);
		int64_t after = read_clock(CLOCK_MONOTONIC_RAW);

		if (after - before >= narrowest)
			continue;
		narrowest = after - before;
		best = (struct pair){ real, before + narrowest / 2 };
	}
	return best;
}

static void
say_done(const char *what, struct pair before)
{
	struct pair after = read_pair();

	(void)printf("did %s %lld %lld %lld %lld\n", what, (long long)before.real,
	    (long long)before.raw, (long long)after.real, (long long)after.raw);
	(void)fflush(stdout);
}

static void
adjust(struct timex *t)
{
	if (adjtimex(t) < 0)
		fail("adjtimex");
}

static void
step(int64_t ns)
{
	int64_t seconds = ns >= 0 ? ns / NS : -((-ns + NS - 1) / NS);
	struct timex t = { .modes = ADJ_SETOFFSET | ADJ_NANO };

	t.time.tv_sec = seconds;
	t.time.tv_usec = ns - seconds * NS;
	adjust(&t);
}

static void
set(int64_t seconds)
{
	struct timespec t = { .tv_sec = seconds };

	if (clock_settime(CLOCK_REALTIME, &t) != 0)
		fail("clock_settime");
}

static void
set_frequency(double ppm)
{
	struct timex t = { .modes = ADJ_FREQUENCY, .freq = (long)(ppm * 65536) };

	adjust(&t);
}

static void
set_tick(long us)
{
	struct timex t = { .modes = ADJ_TICK, .tick = us };

	adjust(&t);
}

static void
set_leap(const char *what)
{
	struct timex t = { .modes = 0 };

	adjust(&t);
	t.modes = ADJ_STATUS;
	t.status &= ~(STA_INS | STA_DEL | STA_UNSYNC);
	t.status |= strcmp(what, "insert") == 0   ? STA_INS
		    : strcmp(what, "delete") == 0 ? STA_DEL
						  : 0;
	adjust(&t);
}

static void
start_adjtime(long us)
{
	struct timeval t = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };

	if (adjtime(&t, NULL) != 0)
		fail("adjtime");
}

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
put_time(uint8_t *p, int64_t utc)
{
	put32(p, (uint32_t)(utc / NS + NTP_EPOCH));
	put32(p + 4, (uint32_t)(((uint64_t)(utc % NS) << 32) / (uint64_t)NS));
}

static void
answer(uint8_t packet[NTP_OCTETS], int64_t received, int64_t ahead)
{
	uint8_t origin[8];

	memcpy(origin, packet + 40, sizeof(origin));
	memset(packet, 0, NTP_OCTETS);
	packet[0] = 0x24; /* no leap, version 4, server */
	packet[1] = 1;
	packet[3] = (uint8_t)-24;
	memcpy(packet + 12, "SIM", 3);
	put_time(packet + 16, received - NS);
	memcpy(packet + 24, origin, sizeof(origin));
	put_time(packet + 32, received);
	put_time(packet + 40, read_clock(CLOCK_MONOTONIC_RAW) + ahead);
}

static void
serve(const char *address, int port, int64_t ahead)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	at.sin_addr.s_addr = inet_addr(address);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		fail("socket");
	for (;;) {
		uint8_t packet[NTP_OCTETS];
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(
		    fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &size);
		int64_t received = read_clock(CLOCK_MONOTONIC_RAW) + ahead;

		if (n != NTP_OCTETS)
			continue;
		answer(packet, received, ahead);
		(void)sendto(
		    fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, size);
	}
}

/* So long, by the raw clock, which this does not change. */
static void
hold(int argc, char *argv[])
{
	if (argc == 5 && strcmp(argv[3], "for") == 0)
		usleep((useconds_t)(atof(argv[4]) * 1e6));
}

static int
change(int argc, char *argv[])
{
	const char *what = argv[1];
	struct pair before = read_pair();

	if (strcmp(what, "step") == 0)
		step(atoll(argv[2]));
	else if (strcmp(what, "set") == 0)
		set(atoll(argv[2]));
	else if (strcmp(what, "frequency") == 0)
		set_frequency(atof(argv[2]));
	else if (strcmp(what, "tick") == 0)
		set_tick(atol(argv[2]));
	else if (strcmp(what, "adjtime") == 0)
		start_adjtime(atol(argv[2]));
	else if (strcmp(what, "leap") == 0)
		set_leap(argv[2]);
	else
		return 2;
	say_done(what, before);
	hold(argc, argv);
	before = read_pair();
	if (argc == 5 && strcmp(what, "frequency") == 0)
		set_frequency(0);
	else if (argc == 5 && strcmp(what, "tick") == 0)
		set_tick(10000);
	else
		return 0;
	say_done("restored", before);
	return 0;
}

int
main(int argc, char *argv[])
{
	refuse_elsewhere();
	if (argc == 2 && strspn(argv[1], "0123456789") == strlen(argv[1]))
		return sleep((unsigned)atoi(argv[1])) != 0; /* under another's name */
	if (argc == 2 && strcmp(argv[1], "read") == 0) {
		say_done("read", read_pair());
		return 0;
	}
	if (argc == 5 && strcmp(argv[1], "serve") == 0) {
		serve(argv[2], atoi(argv[3]), atoll(argv[4]));
		return 0;
	}
	return argc >= 3 ? change(argc, argv) : 2;
}
