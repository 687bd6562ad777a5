#include "log_span.h"

#include <string.h>
#include <sys/stat.h>

#include "binary_look.h"
#include "sequence.h"

int64_t
log_span_size(char *const logs[], size_t n)
{
	int64_t all = 0;

	for (size_t i = 0; i < n; i++) {
		struct stat s;

		if (stat(logs[i], &s) != 0 || !S_ISREG(s.st_mode))
			return -1;
		all += s.st_size;
	}
	return n > 0 ? all : -1;
}

/* Of one log at hand. */
struct looking {
	const struct corrector *corrector;
	struct log_state *state;
	struct log_span *span;
	bool since_boot;
};

static void
take(struct looking *k, const struct log_stamp *s)
{
	k->since_boot |= s->fate == STAMP_NOT_COVERED && s->t.scale == LOG_SINCE_BOOT;
	if (s->fate != STAMP_NOT_COVERED)
		return;
	if (s->time.ns < k->span->from.ns)
		k->span->from = s->time;
	if (s->time.ns > k->span->to.ns)
		k->span->to = s->time;
}

static void
take_line(struct looking *k, const char *line, size_t n)
{
	struct log_stamp stamp[2];
	size_t turn = 0;

	if (!corrector_first(k->corrector, k->state, line, n, &stamp[0]))
		return;
	take(k, &stamp[0]);
	for (size_t i = 0; i < LOG_MORE; i++, turn ^= 1) {
		if (!corrector_more(
			k->corrector, k->state, &stamp[turn], i, &stamp[turn ^ 1]))
			return;
		take(k, &stamp[turn ^ 1]);
	}
}

static void
take_block(struct looking *k, const struct lines_block *b)
{
	const char *at = b->octets;
	const char *end = b->octets + b->n;
	bool inside = b->inside;

	recognition_look(&k->state->recognition, b->octets, b->n);
	while (at < end && !k->since_boot) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline != NULL ? newline + 1 : end;

		if (!inside)
			take_line(k, at, (size_t)(next - at));
		inside = false;
		at = next;
	}
}

static bool
is_text(const struct corrector *c, struct lines *l, const char *name)
{
	static struct binary_log binary;
	struct log_job job = { .corrector = c, .style = STYLE_SAME };
	char refusal[LOG_REFUSAL];

	return binary_look(&job, l, name, &binary, refusal) == BINARY_IS_NOT;
}

static bool
look(struct looking *k, const char *name, const struct log_state *before)
{
	struct lines_block b;
	struct lines l;
	bool good;

	log_state_begin(k->state, k->corrector, before);
	if (lines_open(&l, name) < 0)
		return false;
	k->state->order.ends = l.source.modified;
	good = l.source.size >= 0 && is_text(k->corrector, &l, name);
	while (good && !k->since_boot && lines_next(&l, &b) > 0)
		take_block(k, &b);
	lines_close(&l);
	return good && !k->since_boot;
}

bool
log_span_find(
    const struct corrector *c, char *const logs[], size_t n, struct log_span *out)
{
	static struct log_state state;
	static struct log_state before;
	struct looking k = { .corrector = c, .state = &state, .span = out };

	*out = (struct log_span){ { INT64_MAX }, { INT64_MIN } };
	for (size_t i = 0; i < n; i++) {
		bool goes_on = i > 0 && sequence_goes_on(logs[i - 1], logs[i]);

		before = state;
		if (!look(&k, logs[i], goes_on ? &before : NULL))
			return false;
	}
	return out->from.ns <= out->to.ns;
}
