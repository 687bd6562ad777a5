/* From text to a case; the only user of inih among the tools. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "case.h"
#include "ini_lines.h"
#include "memory.h"
#include "say.h"

#define CHUNK ((size_t)4096)

#define HOST_KEYS "evidence, segments, log, timezone, year, format"
#define CAUSE_KEYS "cause, effect"

struct parser {
	struct ini_lines lines;
	const char *path;
	size_t directory; /* so much of the path stands before its relative names */
	struct merge_case *c;
	bool in_host, in_cause, failed;
};

static bool __attribute__((format(printf, 2, 3)))
refuse(struct parser *p, const char *format, ...)
{
	char message[512];
	va_list args;

	if (p->failed)
		return false;
	p->failed = true;
	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	say("%s:%d: %s", p->path, p->lines.line, message);
	return false;
}

static char *
beside_the_file(const struct parser *p, const char *value)
{
	size_t size = p->directory + strlen(value) + 1;
	char *out = malloc(size);

	if (out == NULL) {
		say("out of memory");
		exit(EXIT_CANNOT);
	}
	(void)snprintf(
	    out, size, "%.*s%s", *value == '/' ? 0 : (int)p->directory, p->path, value);
	return out;
}

static bool
set_log(struct parser *p, struct case_host *h, const char *value)
{
	char *path = beside_the_file(p, value);
	bool found = case_add_logs(&h->logs, path);

	free(path);
	return found || refuse(p, "log '%s': no file matches", value);
}

static bool
set_evidence(struct parser *p, struct case_host *h, const char *value)
{
	char *path = beside_the_file(p, value);

	case_add_path(&h->evidence, path);
	free(path);
	return true;
}

static bool
set_once(struct parser *p, char **to, const char *key, const char *value)
{
	if (*to != NULL)
		return refuse(p, "key '%s' is given twice in this section", key);
	*to = memory_text(value);
	return true;
}

static bool
set_table(struct parser *p, struct case_host *h, const char *value)
{
	char *path = beside_the_file(p, value);
	bool good = set_once(p, &h->table, "segments", path);

	free(path);
	return good;
}

static bool
set_year(struct parser *p, struct case_host *h, const char *value)
{
	char *end;

	h->year = strtol(value, &end, 10);
	if (*value != '\0' && *end == '\0' && h->year >= 1970 && h->year <= 2261)
		return true;
	return refuse(p, "key 'year': '%s' is not allowed; allowed: 1970 to 2261", value);
}

static bool
set_host_key(struct parser *p, const char *key, const char *value)
{
	struct case_host *h = &p->c->host[p->c->hosts - 1];

	if (*value == '\0')
		return refuse(p, "key '%s' has no value", key);
	if (strcmp(key, "evidence") == 0)
		return set_evidence(p, h, value);
	if (strcmp(key, "log") == 0)
		return set_log(p, h, value);
	if (strcmp(key, "segments") == 0)
		return set_table(p, h, value);
	if (strcmp(key, "timezone") == 0)
		return set_once(p, &h->timezone, key, value);
	if (strcmp(key, "format") == 0)
		return set_once(p, &h->format, key, value);
	if (strcmp(key, "year") == 0)
		return set_year(p, h, value);
	return refuse(p, "unknown key '%s' in [host ...]; known here: " HOST_KEYS, key);
}

/* "web01 sent request ([0-9]+)" */
static bool
set_end(struct parser *p, struct case_end *e, bool *there, const char *value)
{
	size_t host = strcspn(value, " \t");
	const char *pattern = value + host + strspn(value + host, " \t");
	int error;

	if (*there)
		return refuse(p, "a second one in this section");
	if (host == 0 || *pattern == '\0')
		return refuse(p, "'%s': it takes a host and a regular expression", value);
	error = regcomp(&e->line, pattern, REG_EXTENDED);
	if (error != 0) {
		char why[128];

		(void)regerror(error, &e->line, why, sizeof(why));
		return refuse(p, "'%s': %s", pattern, why);
	}
	*there = true;
	e->host = memory_text(value);
	e->host[host] = '\0';
	return true;
}

static bool
set_cause_key(struct parser *p, const char *key, const char *value)
{
	struct case_cause *c = &p->c->cause[p->c->causes - 1];

	if (strcmp(key, "cause") == 0)
		return set_end(p, &c->cause, &c->has_cause, value);
	if (strcmp(key, "effect") == 0)
		return set_end(p, &c->effect, &c->has_effect, value);
	return refuse(
	    p, "unknown key '%s' in [happened-before ...]; known here: " CAUSE_KEYS, key);
}

static int
on_key(void *user, const char *section, const char *key, const char *value)
{
	struct parser *p = user;

	(void)section; /* the reader has met the header and knows better */
	if (p->in_host)
		return set_host_key(p, key, value);
	if (p->in_cause)
		return set_cause_key(p, key, value);
	return refuse(p, "key '%s' before any [host NAME]", key);
}

static bool
begin_host(struct parser *p, const char *name)
{
	p->in_host = true;
	p->in_cause = false;
	return case_add_host(p->c, name) != NULL ||
	       refuse(p, "second section [host %s]; each host has one", name);
}

static bool
begin_cause(struct parser *p, const char *name)
{
	struct merge_case *c = p->c;

	p->in_host = false;
	p->in_cause = true;
	c->cause =
	    memory_grow(c->cause, &c->cause_room, c->causes + 1, sizeof(*c->cause));
	c->cause[c->causes++] = (struct case_cause){ .name = memory_text(name) };
	return true;
}

static bool
on_section(void *user, const char *name)
{
	struct parser *p = user;

	if (strncmp(name, "host ", 5) == 0 && name[5] != '\0')
		return begin_host(p, name + 5);
	if (strncmp(name, "happened-before ", 16) == 0 && name[16] != '\0')
		return begin_cause(p, name + 16);
	return refuse(
	    p, "unknown section [%s]; known: [host NAME], [happened-before NAME]", name);
}

static bool
knows_host(const struct merge_case *c, const char *name)
{
	for (size_t i = 0; i < c->hosts; i++)
		if (strcmp(c->host[i].name, name) == 0)
			return true;
	return false;
}

static bool
check_cause(const struct merge_case *c, const struct case_cause *k, const char *path)
{
	const char *wrong = NULL;

	if (!k->has_cause || !k->has_effect)
		wrong = "it takes a cause and an effect";
	else if (!knows_host(c, k->cause.host) || !knows_host(c, k->effect.host))
		wrong = "a host that has no section";
	else if (k->cause.line.re_nsub != k->effect.line.re_nsub)
		wrong = "cause and effect have different numbers of groups";
	if (wrong != NULL)
		say("%s: [happened-before %s]: %s", path, k->name, wrong);
	return wrong == NULL;
}

static bool
check_host(const struct case_host *h, const char *path)
{
	const char *wrong = h->evidence.count == 0 && h->table == NULL
				? "no evidence, nor segments"
			    : h->logs.count == 0 ? "no log"
						 : NULL;

	if (wrong != NULL)
		say("%s: [host %s] has %s", path, h->name, wrong);
	return wrong == NULL;
}

static bool
check_whole(const struct merge_case *c, const char *path)
{
	bool good = c->hosts > 0;

	if (!good)
		say("%s: there is no [host NAME]", path);
	for (size_t i = 0; i < c->hosts && good; i++)
		good = check_host(&c->host[i], path);
	for (size_t i = 0; i < c->causes && good; i++)
		good = check_cause(c, &c->cause[i], path);
	return good;
}

/* NULL: it cannot be read, as errno says. */
static char *
read_text(const char *path, size_t *n)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	*n = 0;
	if (in == NULL)
		return NULL;
	do {
		text = memory_grow(text, &room, *n + CHUNK, 1);
		*n += fread(text + *n, 1, CHUNK, in);
	} while (!feof(in) && !ferror(in));
	if (ferror(in)) {
		free(text);
		text = NULL;
	}
	(void)fclose(in);
	return text;
}

bool
case_read(struct merge_case *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct parser p = {
		.lines = { .section = on_section, .arg = &p },
		.path = path,
		.directory = slash != NULL ? (size_t)(slash - path) + 1 : 0,
		.c = c,
	};
	char *text = read_text(path, &p.lines.left);
	int bad_line;

	if (text == NULL) {
		(void)say_errno("%s", path);
		return false;
	}
	p.lines.text = text;
	bad_line = ini_parse_stream(ini_lines_next, &p.lines, on_key, &p);
	free(text);
	if (p.lines.fault == INI_HEADER)
		return refuse(&p, "broken section header; it looks like [host NAME]");
	if (p.lines.fault != INI_FINE)
		return refuse(&p, "%s", ini_fault_words[p.lines.fault]);
	if (!p.failed && bad_line != 0) {
		p.lines.line = bad_line;
		return refuse(&p, "neither 'key = value' nor a [section]");
	}
	return !p.failed && check_whole(c, path);
}
