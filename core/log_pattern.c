#include "log_pattern.h"

#include <string.h>

struct compiler {
	const char *at;
	struct log_pattern *out;
	size_t group; /* where the open group began; LOG_STEPS: none is open */
	bool failed;
};

static const struct directive {
	char letter;
	uint8_t field, pad;
} directives[] = {
	{ 'Y', FIELD_YEAR, PAD_ZERO },
	{ 'y', FIELD_YEAR_OF_CENTURY, PAD_ZERO },
	{ 'm', FIELD_MONTH, PAD_ZERO },
	{ 'd', FIELD_DAY, PAD_ZERO },
	{ 'e', FIELD_DAY, PAD_BLANK },
	{ 'j', FIELD_DAY_OF_YEAR, PAD_ZERO },
	{ 'b', FIELD_MONTH_NAME, PAD_ZERO },
	{ 'a', FIELD_DAY_NAME, PAD_ZERO },
	{ 'G', FIELD_WEEK_YEAR, PAD_ZERO },
	{ 'V', FIELD_WEEK, PAD_ZERO },
	{ 'u', FIELD_WEEK_DAY, PAD_ZERO },
	{ 'H', FIELD_HOUR, PAD_ZERO },
	{ 'k', FIELD_HOUR, PAD_BLANK },
	{ 'I', FIELD_HOUR_12, PAD_ZERO },
	{ 'l', FIELD_HOUR_12, PAD_BLANK },
	{ 'M', FIELD_MINUTE, PAD_ZERO },
	{ 'S', FIELD_SECOND, PAD_ZERO },
	{ 'p', FIELD_AM_PM, PAD_ZERO },
	{ 'z', FIELD_ZONE, PAD_ZERO },
	{ 'Z', FIELD_ZONE_NAME, PAD_ZERO },
	{ 'B', FIELD_BIAS, PAD_ZERO },
	{ 's', FIELD_EPOCH, PAD_ZERO },
	{ 'f', FIELD_DIGITS, PAD_ZERO },
	{ 'L', FIELD_MILLISECONDS, PAD_NONE },
	{ '.', FIELD_FRACTION, PAD_ZERO },
	{ '9', FIELD_FRACTION_TRIMMED, PAD_ZERO },
	{ 'J', FIELD_JULIAN, PAD_ZERO },
	{ 'q', FIELD_SECOND_OF_DAY, PAD_NONE },
	{ 'o', FIELD_SINCE_BOOT, PAD_BLANK },
	{ '@', FIELD_TAI64, PAD_ZERO },
	{ '^', FIELD_T_OR_BLANK, PAD_ZERO },
	{ '!', FIELD_MARK, PAD_ZERO },
	{ '#', FIELD_NUMBER, PAD_ZERO },
	{ '?', FIELD_WORD, PAD_ZERO },
	{ 'n', FIELD_BLANKS, PAD_ZERO },
	{ 't', FIELD_BLANKS, PAD_ZERO },
	{ '*', FIELD_ANYTHING, PAD_ZERO },
};

/* What stands for more than one step. */
static const struct abbreviation {
	char letter;
	const char *text;
} abbreviations[] = {
	{ 'F', "%Y-%m-%d" },
	{ 'T', "%H:%M:%S" },
	{ 'D', "%m/%d/%y" },
	{ 'R', "%H:%M" },
};

static void
add(struct compiler *c, struct log_step step)
{
	if (c->out->steps == LOG_STEPS) {
		c->failed = true;
		return;
	}
	c->out->fields |= UINT64_C(1) << step.field;
	c->out->step[c->out->steps++] = step;
}

static void
add_directive(struct compiler *c, char letter, bool as_needed)
{
	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++) {
		const struct directive *d = &directives[i];

		if (d->letter != letter)
			continue;
		c->failed |= as_needed && (strchr("mdHIMS", letter) == NULL);
		add(c, (struct log_step){
			   .field = d->field, .pad = as_needed ? PAD_NONE : d->pad });
		return;
	}
	c->failed = true;
}

static void
open_group(struct compiler *c)
{
	c->failed |= c->group != LOG_STEPS;
	c->group = c->out->steps;
	add(c, (struct log_step){ .field = FIELD_GROUP });
}

static void
close_group(struct compiler *c)
{
	if (c->group == LOG_STEPS) {
		c->failed = true;
		return;
	}
	c->out->step[c->group].length = (uint8_t)(c->out->steps - c->group);
	c->group = LOG_STEPS;
	add(c, (struct log_step){ .field = FIELD_GROUP_END });
}

/* c->at stands behind the brace. */
static void
add_key(struct compiler *c)
{
	size_t n = strlen(c->at);
	const char *end = memchr(c->at, '}', n);

	if (end == NULL || end == c->at || end - c->at > UINT8_MAX) {
		c->failed = true;
		return;
	}
	add(c, (struct log_step){
		   .field = FIELD_KEY, .text = c->at, .length = (uint8_t)(end - c->at) });
	c->at = end + 1;
}

static const char *
abbreviated(char letter)
{
	for (size_t i = 0; i < sizeof(abbreviations) / sizeof(*abbreviations); i++)
		if (abbreviations[i].letter == letter)
			return abbreviations[i].text;
	return NULL;
}

static void
add_literal(struct compiler *c, char literal)
{
	add(c, (struct log_step){ .field = FIELD_LITERAL, .literal = literal });
}

static void
add_abbreviated(struct compiler *c, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '%')
			add_directive(c, *++text, false);
		else
			add_literal(c, *text);
	}
}

/* c->at stands behind the per cent sign. */
static void
compile_directive(struct compiler *c)
{
	char letter = *c->at;
	const char *text = abbreviated(letter);

	if (letter == '\0') {
		c->failed = true;
		return;
	}
	c->at++;
	if (text != NULL)
		add_abbreviated(c, text);
	else if (letter == '%')
		add_literal(c, '%');
	else if (letter == '(')
		open_group(c);
	else if (letter == ')')
		close_group(c);
	else if (letter == '{')
		add_key(c);
	else if (letter == '-' && *c->at != '\0')
		add_directive(c, *c->at++, true);
	else
		add_directive(c, letter, false);
}

/* Once at most; what follows "anything" must be something that can be looked for: a literal, a digit. */
static bool
can_be_looked_for(const struct log_pattern *p)
{
	size_t anythings = 0;

	for (size_t i = 0; i < p->steps; i++) {
		enum log_field next =
		    i + 1 < p->steps ? (enum log_field)p->step[i + 1].field : LOG_FIELDS;

		anythings += p->step[i].field == FIELD_ANYTHING;
		if (p->step[i].field == FIELD_ANYTHING && next != FIELD_LITERAL &&
		    next != FIELD_YEAR && next != FIELD_EPOCH)
			return false;
	}
	return anythings <= 1;
}

/* Date and clock, or a count; a date that is a part only is none. */
static bool
tells_a_time(const struct log_pattern *p)
{
	static const enum log_field counts[] = { FIELD_EPOCH, FIELD_SINCE_BOOT,
		FIELD_TAI64, FIELD_HOUR, FIELD_HOUR_12, FIELD_SECOND_OF_DAY };

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		if (log_pattern_has(p, counts[i]))
			return true;
	return false;
}

bool
log_pattern_compile(const char *text, struct log_pattern *out, size_t *column)
{
	struct compiler c = { .at = text, .out = out, .group = LOG_STEPS };

	*out = (struct log_pattern){ .steps = 0 };
	while (*c.at != '\0' && !c.failed) {
		*column = (size_t)(c.at - text) + 1;
		if (*c.at == '%') {
			c.at++;
			compile_directive(&c);
		} else {
			add_literal(&c, *c.at++);
		}
	}
	if (c.failed)
		return false;
	return c.group == LOG_STEPS && can_be_looked_for(out) && tells_a_time(out);
}

bool
log_pattern_has(const struct log_pattern *p, enum log_field field)
{
	return (p->fields >> field & 1) != 0;
}

bool
log_pattern_is_anchored(const struct log_pattern *p)
{
	for (size_t i = 0; i < p->steps; i++) {
		enum log_field field = p->step[i].field;

		if (field == FIELD_ANYTHING || field == FIELD_KEY || field == FIELD_WORD)
			return false;
		if (field > FIELD_GROUP_END)
			return true;
	}
	return false;
}

int64_t
log_pattern_resolution(const struct log_pattern *p)
{
	static const enum log_field seconds[] = { FIELD_SECOND, FIELD_EPOCH, FIELD_TAI64,
		FIELD_SECOND_OF_DAY, FIELD_SINCE_BOOT };

	for (size_t i = 0; i < sizeof(seconds) / sizeof(*seconds); i++)
		if (log_pattern_has(p, seconds[i]))
			return 1000000000;
	return log_pattern_has(p, FIELD_MINUTE) ? INT64_C(60000000000)
						: INT64_C(3600000000000);
}
