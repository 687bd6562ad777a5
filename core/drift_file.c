#include "drift_file.h"

#include <stdint.h>
#include <string.h>

#define MILLIONTHS 1000000
#define PPM_MAX 1000000

const char *const drift_author_names[DRIFT_AUTHORS] = {
	[DRIFT_CHRONY] = "chrony",
	[DRIFT_NTPD] = "ntpd",
	[DRIFT_NTPSEC] = "ntpsec",
	[DRIFT_OPENNTPD] = "openntpd",
	[DRIFT_TIMESYNCD] = "timesyncd",
};

struct cursor {
	const char *at, *end;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_blanks(struct cursor *c)
{
	while (c->at < c->end && (is_blank(*c->at) || *c->at == '\n'))
		c->at++;
}

/* Up to six decimals, in millionths; further ones are passed over. */
static int64_t
read_decimals(struct cursor *c)
{
	int64_t v = 0;

	for (int64_t unit = MILLIONTHS / 10; c->at < c->end && is_digit(*c->at);
	     c->at++) {
		v += unit * (*c->at - '0');
		unit /= 10;
	}
	return v;
}

/* A decimal number that ends at a blank or at the end of the text. */
static bool
read_number(struct cursor *c, int64_t *millionths)
{
	bool negative;
	int64_t v = 0;

	skip_blanks(c);
	negative = c->at < c->end && *c->at == '-';
	if (c->at < c->end && (*c->at == '-' || *c->at == '+'))
		c->at++;
	if (c->at == c->end || !is_digit(*c->at))
		return false;
	for (; c->at < c->end && is_digit(*c->at) && v <= PPM_MAX; c->at++)
		v = v * 10 + (*c->at - '0');
	v *= MILLIONTHS;
	if (c->at < c->end && *c->at == '.') {
		c->at++;
		v += read_decimals(c);
	}
	*millionths = negative ? -v : v;
	return v <= (int64_t)PPM_MAX * MILLIONTHS &&
	       (c->at == c->end || is_blank(*c->at) || *c->at == '\n');
}

void
drift_file_read(
    enum drift_author author, const char *text, size_t n, struct drift_file *out)
{
	struct cursor c = { text, text + n };
	int64_t frequency;
	int64_t skew;

	*out = (struct drift_file){ .has_frequency = false };
	if (author == DRIFT_TIMESYNCD || !read_number(&c, &frequency))
		return;
	out->has_frequency = true;
	out->frequency = (double)(author == DRIFT_CHRONY ? -frequency : frequency) / 1e12;
	if (author != DRIFT_CHRONY || !read_number(&c, &skew) || skew < 0)
		return;
	out->has_skew = true;
	out->skew = (double)skew / 1e12;
}

static bool
take_word(struct cursor *c, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(c->end - c->at) <= n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char lower = c->at[i];

		if (lower >= 'A' && lower <= 'Z')
			lower = (char)(lower - 'A' + 'a');
		if (lower != word[i])
			return false;
	}
	if (!is_blank(c->at[n]))
		return false;
	c->at += n;
	return true;
}

static bool
read_path(struct cursor *c, char *out, size_t size)
{
	size_t n = 0;
	bool quoted;

	while (c->at < c->end && is_blank(*c->at))
		c->at++;
	quoted = c->at < c->end && *c->at == '"';
	c->at += quoted;
	while (c->at + n < c->end && c->at[n] != '\n' && c->at[n] != '"' &&
	       (quoted || !is_blank(c->at[n])))
		n++;
	if (n == 0 || n >= size || *c->at != '/' || memchr(c->at, '\0', n) != NULL)
		return false;
	memcpy(out, c->at, n);
	out[n] = '\0';
	return true;
}

bool
drift_file_directive(const char *text, size_t n, char *out, size_t size)
{
	const char *end = text + n;
	bool found = false;

	for (const char *line = text; line != NULL && line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		struct cursor c = { line, newline != NULL ? newline : end };

		while (c.at < c.end && is_blank(*c.at))
			c.at++;
		if (take_word(&c, "driftfile") && read_path(&c, out, size))
			found = true;
		line = newline != NULL ? newline + 1 : NULL;
	}
	return found;
}
