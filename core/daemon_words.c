#include "daemon_words.h"

#include <string.h>

#define EXPONENT_MAX 30
#define MAGNITUDE 1e18

static bool
is_digit(const struct words *w)
{
	return w->at < w->end && *w->at >= '0' && *w->at <= '9';
}

void
words_blanks(struct words *w)
{
	while (w->at < w->end && (*w->at == ' ' || *w->at == '\t'))
		w->at++;
}

bool
words_literal(struct words *w, const char *literal)
{
	size_t n = strlen(literal);

	if ((size_t)(w->end - w->at) < n || memcmp(w->at, literal, n) != 0)
		return false;
	w->at += n;
	return true;
}

struct words
words_next(struct words *w)
{
	struct words found;

	words_blanks(w);
	found = *w;
	while (w->at < w->end && *w->at != ' ' && *w->at != '\t' && *w->at != '\n' &&
	       *w->at != '\r')
		w->at++;
	found.end = w->at;
	return found;
}

bool
words_is(const struct words *w, const char *literal)
{
	size_t n = strlen(literal);

	return (size_t)(w->end - w->at) == n && memcmp(w->at, literal, n) == 0;
}

/* Behind an 'e': -30..30, else false. */
static bool
exponent(struct words *w, int *out)
{
	bool negative = words_literal(w, "-");
	int v = 0;

	if (!negative)
		(void)words_literal(w, "+");
	if (!is_digit(w))
		return false;
	for (; is_digit(w) && v <= EXPONENT_MAX; w->at++)
		v = v * 10 + (*w->at - '0');
	*out = negative ? -v : v;
	return v <= EXPONENT_MAX;
}

static double
scaled(double v, int power)
{
	for (; power > 0; power--)
		v *= 10;
	for (; power < 0; power++)
		v /= 10;
	return v;
}

bool
words_real(struct words *w, double *out)
{
	struct words own = *w;
	bool negative = words_literal(&own, "-");
	double v = 0;
	int power = 0;
	int more = 0;

	if (!negative)
		(void)words_literal(&own, "+");
	if (!is_digit(&own))
		return false;
	for (; is_digit(&own) && v < MAGNITUDE; own.at++)
		v = v * 10 + (*own.at - '0');
	if (words_literal(&own, "."))
		for (; is_digit(&own); own.at++) {
			if (power <= -EXPONENT_MAX || v >= MAGNITUDE / 1e3)
				continue; /* more digits than a double holds */
			v = v * 10 + (*own.at - '0');
			power--;
		}
	if (words_literal(&own, "e") && !exponent(&own, &more))
		return false;
	v = scaled(v, power + more);
	if (v >= MAGNITUDE)
		return false;
	*out = negative ? -v : v;
	*w = own;
	return true;
}

bool
words_real_word(struct words *w, double *out)
{
	struct words word = words_next(w);

	return words_real(&word, out) && word.at == word.end;
}
