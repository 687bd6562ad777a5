#include "log_header.h"

#include <string.h>

#include "text.h"

static bool
begins_with(const char *line, size_t n, const char *word)
{
	size_t length = strlen(word);

	return n >= length && memcmp(line, word, length) == 0;
}

/* The next name of a column; its length, 0: there is none. */
static size_t
next_name(struct scan *s)
{
	const char *from;

	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
	from = s->at;
	while (s->at < s->end && strchr(" \t\r\n", *s->at) == NULL)
		s->at++;
	return (size_t)(s->at - from);
}

static bool
is_name(const struct scan *s, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(s->at - length, name, length) == 0;
}

/* Words up to the column of this name, then its pattern. */
static bool
up_to(struct text *o, struct scan *s, const char *name, const char *separator)
{
	size_t length;

	while ((length = next_name(s)) > 0) {
		if (is_name(s, length, name))
			return true;
		print_literal(o, "%?");
		print_literal(o, separator);
	}
	return false;
}

static void
take_pattern(struct log_header *h, struct text *o, unsigned rules)
{
	size_t column;

	print_bytes(o, "", 1);
	if (o->failed || !log_pattern_compile(h->text, &h->pattern, &column))
		h->text[0] = '\0';
	h->rules = rules;
}

static bool
w3c(struct log_header *h, struct scan s)
{
	struct text o = { h->text, h->text + sizeof(h->text), false };
	struct scan all = s;
	unsigned rules = h->local ? 0 : LOG_UTC;
	size_t length;

	for (length = next_name(&all); length > 0; length = next_name(&all))
		if (is_name(&all, length, "x-edge-location"))
			rules |= LOG_FOREIGN;
	h->text[0] = '\0';
	all = s;
	if (up_to(&o, &all, "date", "%n")) {
		length = next_name(&all);
		if (!is_name(&all, length, "time"))
			return true;
		print_literal(&o, "%F%n%T");
	} else {
		o = (struct text){ h->text, h->text + sizeof(h->text), false };
		if (!up_to(&o, &s, "time", "%n"))
			return true;
		print_literal(&o, "%T"); /* #Date: tells the day */
	}
	take_pattern(h, &o, rules);
	return true;
}

static bool
zeek(struct log_header *h, struct scan s)
{
	struct text o = { h->text, h->text + sizeof(h->text), false };

	h->text[0] = '\0';
	if (!up_to(&o, &s, "ts", "\t"))
		return true;
	print_literal(&o, "%s%.");
	take_pattern(h, &o, 0);
	return true;
}

bool
log_header_line(struct log_header *h, const char *line, size_t n)
{
	struct scan s = { line, line + n, false };

	if (n == 0 || *line != '#')
		return false;
	if (begins_with(line, n, "#Time Format: Local")) {
		h->local = true;
		return true;
	}
	if (begins_with(line, n, "#Fields: ")) {
		s.at += 9;
		return w3c(h, s);
	}
	if (begins_with(line, n, "#fields\t")) {
		s.at += 8;
		return zeek(h, s);
	}
	return false;
}
