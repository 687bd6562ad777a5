/* The value of a key: of the object that a line of JSON is, or of a line of logfmt. */
#include <string.h>

#include "log_reading.h"

static void
skip_blanks(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
}

/* s stands behind the opening quote; then behind the closing one. */
static void
skip_string(struct scan *s)
{
	while (s->at < s->end && *s->at != '"') {
		if (*s->at == '\\' && s->end - s->at > 1)
			s->at++;
		s->at++;
	}
	if (s->at < s->end)
		s->at++;
}

static bool
is_key(const char *from, const char *to, const char *key, size_t n)
{
	return (size_t)(to - from) == n && memcmp(from, key, n) == 0;
}

/* s stands behind a string at the top; is it a key, and the one looked for? */
static bool
at_value(struct scan *s, const char *from, const char *key, size_t n)
{
	const char *to = s->at - 1;

	skip_blanks(s);
	if (s->at == s->end || *s->at != ':' || !is_key(from, to, key, n))
		return false;
	s->at++;
	skip_blanks(s);
	return true;
}

static bool
find_in_json(struct scan *s, const char *key, size_t n)
{
	int depth = 0;

	while (s->at < s->end) {
		char c = *s->at++;
		const char *from = s->at;

		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		else if (c == '"')
			skip_string(s);
		if (c == '"' && depth == 1 && at_value(s, from, key, n))
			return true;
	}
	return false;
}

/* To the end of a word: a blank, an equals sign, or a quote, which no key has. */
static char
skip_word(struct scan *s)
{
	while (s->at < s->end && *s->at != '=' && *s->at != ' ' && *s->at != '"')
		s->at++;
	if (s->at == s->end)
		return '"';
	return *s->at;
}

static void
skip_value(struct scan *s)
{
	if (s->at < s->end && *s->at == '"') {
		s->at++;
		skip_string(s);
	}
	while (s->at < s->end && *s->at != ' ')
		s->at++;
}

/* key=value key="a value" */
static bool
find_in_logfmt(struct scan *s, const char *key, size_t n)
{
	for (;;) {
		const char *from;
		char end;

		skip_blanks(s);
		from = s->at;
		end = skip_word(s);
		if (end == '"')
			return false;
		s->at++;
		if (end == '=' && is_key(from, s->at - 1, key, n))
			return true;
		if (end == '=')
			skip_value(s);
	}
}

bool
log_find_key(struct scan *s, const char *key, size_t n)
{
	struct scan json = *s;

	skip_blanks(&json);
	if (json.at < json.end && *json.at == '{') {
		*s = json;
		return find_in_json(s, key, n);
	}
	return find_in_logfmt(s, key, n);
}
