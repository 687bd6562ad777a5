#include "log_words.h"

#include <string.h>

#define MONTHS 12

/* As glibc's locales abbreviate them; English first, also in full. */
static const char *const month_names[][MONTHS] = {
	{ "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
	    "Dec" },
	{ "January", "February", "March", "April", "May", "June", "July", "August",
	    "September", "October", "November", "December" },
	{ "Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov",
	    "Dez" },
	{ "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.",
	    "oct.", "nov.", "déc." },
	{ "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov",
	    "dic" },
	{ "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov",
	    "dic" },
	{ "jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov",
	    "dez" },
	{ "jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov",
	    "dec" },
	{ "jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov",
	    "dec" },
	{ "sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis",
	    "gru" },
};
#define LANGUAGES (sizeof(month_names) / sizeof(*month_names))

static const char *const day_names[] = { "Sunday", "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday" };

static char
lower(char c)
{
	static const char small[] = "abcdefghijklmnopqrstuvwxyz";

	if (c < 'A' || c > 'Z')
		return c;
	return small[c - 'A'];
}

static char
upper(char c)
{
	static const char capital[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (c < 'a' || c > 'z')
		return c;
	return capital[c - 'a'];
}

/* Octets of the name that stand here, whatever their case; 0: others do. */
static size_t
matched(const struct scan *s, const char *name, size_t n)
{
	if ((size_t)(s->end - s->at) < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (lower(s->at[i]) != lower(name[i]))
			return 0;
	return n;
}

struct month_found {
	size_t language, length;
	int month;
};

static bool
may_go_on(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80) != 0 ||
	       c == '.';
}

/* Nearly all are English, of three letters, and stand before a blank. */
static int
common_month(const struct scan *s)
{
	static const char all[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (s->end - s->at < 4 || may_go_on(s->at[3]))
		return 0;
	for (int m = 0; m < MONTHS; m++)
		if (memcmp(s->at, all + (size_t)3 * (size_t)m, 3) == 0)
			return m + 1;
	return 0;
}

/* The longest one: "mars" is not "mar". */
static struct month_found
find_month(const struct scan *s)
{
	struct month_found best = { .length = 3, .month = common_month(s) };

	if (best.month != 0)
		return best;
	best.length = 0;

	for (size_t l = 0; l < LANGUAGES; l++) {
		for (int m = 0; m < MONTHS; m++) {
			const char *name = month_names[l][m];
			size_t n = matched(s, name, strlen(name));

			if (n > best.length)
				best = (struct month_found){ l, n, m + 1 };
		}
	}
	return best;
}

int
scan_month_name(struct scan *s)
{
	struct month_found found;

	if (s->failed)
		return 0;
	found = find_month(s);
	s->at += found.length;
	return found.month;
}

/* All capitals, or all small, where the other is. */
static void
print_in_case(struct text *o, const char *like, const char *name, size_t length)
{
	bool capitals = like[1] >= 'A' && like[1] <= 'Z';
	bool small = like[0] >= 'a' && like[0] <= 'z';

	for (size_t i = 0; i < length; i++) {
		char c = name[i];

		if (small && !capitals)
			c = lower(c);
		else if (capitals || i == 0)
			c = upper(c);
		print_bytes(o, &c, 1);
	}
}

void
print_month_name(struct text *o, const char *like, size_t n, int month)
{
	struct scan s = { like, like + n, false };
	struct month_found found = find_month(&s);
	const char *name = month_names[found.language][month - 1];

	print_in_case(o, like, name, strlen(name));
}

int
scan_day_name(struct scan *s)
{
	for (int i = 0; i < 7 && !s->failed; i++) {
		if (matched(s, day_names[i], 3) == 0)
			continue;
		s->at += matched(s, day_names[i], strlen(day_names[i])) != 0
			     ? strlen(day_names[i])
			     : 3;
		return i;
	}
	return -1;
}

void
print_day_name(struct text *o, const char *like, size_t n, int day)
{
	print_in_case(o, like, day_names[day], n == 3 ? 3 : strlen(day_names[day]));
}

#define SEVERAL 9999

enum zone_name
zone_name_minutes(const char *name, size_t n, int *minutes_east)
{
	static const struct {
		char name[5];
		int minutes;
	} zones[] = {
		{ "UTC", 0 },
		{ "GMT", 0 },
		{ "UCT", 0 },
		{ "WET", 0 },
		{ "WEST", 60 },
		{ "CET", 60 },
		{ "CEST", 120 },
		{ "EET", 120 },
		{ "EEST", 180 },
		{ "MSK", 180 },
		{ "SAST", 120 },
		{ "PKT", 300 },
		{ "WIB", 420 },
		{ "HKT", 480 },
		{ "JST", 540 },
		{ "KST", 540 },
		{ "AEST", 600 },
		{ "AEDT", 660 },
		{ "NZST", 720 },
		{ "NZDT", 780 },
		{ "NST", -210 },
		{ "NDT", -150 },
		{ "EST", -300 },
		{ "EDT", -240 },
		{ "MDT", -360 },
		{ "PST", -480 },
		{ "PDT", -420 },
		{ "AKST", -540 },
		{ "AKDT", -480 },
		{ "HST", -600 },
		{ "AST", SEVERAL },
		{ "ADT", SEVERAL },
		{ "BST", SEVERAL },
		{ "CST", SEVERAL },
		{ "CDT", SEVERAL },
		{ "IST", SEVERAL },
		{ "MST", SEVERAL },
		{ "SST", SEVERAL },
	};

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		if (strlen(zones[i].name) == n && memcmp(zones[i].name, name, n) == 0) {
			*minutes_east = zones[i].minutes;
			return *minutes_east == SEVERAL ? ZONE_NAME_SEVERAL
							: ZONE_NAME_ONE;
		}
	}
	return ZONE_NAME_UNKNOWN;
}
