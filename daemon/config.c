#include "config.h"

#include <stdarg.h>
#include <string.h>

#include <ini.h>

#include "config_key.h"
#include "config_value.h"
#include "ini_lines.h"

struct parser {
	struct ini_lines lines;
	const char *name;
	struct config *config;
	struct config_server *server; /* NULL: in [daemon] */
	bool daemon_seen;
	unsigned seen; /* keys of the present section, a bit each */
	bool failed;
	char *message; /* CONFIG_MESSAGE_SIZE octets */
};

static bool __attribute__((format(printf, 2, 3)))
refuse(struct parser *p, const char *format, ...)
{
	va_list args;
	int n;

	if (p->failed)
		return false;
	p->failed = true;
	n = snprintf(p->message, CONFIG_MESSAGE_SIZE, "%s:%d: ", p->name, p->lines.line);
	va_start(args, format);
	if (n > 0 && n < CONFIG_MESSAGE_SIZE)
		(void)vsnprintf(
		    p->message + n, CONFIG_MESSAGE_SIZE - (size_t)n, format, args);
	va_end(args);
	return false;
}

static bool
refuse_key(struct parser *p, const char *key, const struct config_key keys[], size_t n)
{
	char known[320] = "";

	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(known);

		(void)snprintf(known + used, sizeof(known) - used, "%s%s",
		    i > 0 ? ", " : "", keys[i].key);
	}
	return refuse(p, "unknown key '%s' in %s; known here: %s", key,
	    p->server != NULL ? "[server ...]" : "[daemon]", known);
}

static bool
set_key(struct parser *p, const char *key, const char *value)
{
	bool server = p->server != NULL;
	const struct config_key *keys = server ? config_server_keys : config_daemon_keys;
	/* cppcheck-suppress duplicateValueTernary ; as many by chance */
	size_t n = server ? config_server_key_count : config_daemon_key_count;
	const struct config_key *k = config_find_key(keys, n, key);

	if (k == NULL)
		return refuse_key(p, key, keys, n);
	if (p->seen & 1U << (k - keys))
		return refuse(p, "key '%s' is given twice in this section", key);
	p->seen |= 1U << (k - keys);
	if (!(server ? config_set_server(p->server, key, value)
		     : config_set_daemon(p->config, key, value)))
		return refuse(p, "key '%s': '%s' is not allowed; allowed: %s", key, value,
		    k->allowed);
	return true;
}

static int
on_key(void *user, const char *section, const char *key, const char *value)
{
	struct parser *p = user;

	(void)section; /* the reader has met the header and knows better */
	if (!p->lines.in_section)
		return refuse(p, "key '%s' before any [daemon] or [server NAME]", key);
	return set_key(p, key, value);
}

static bool
begin_server(struct parser *p, const char *name)
{
	struct config *c = p->config;

	for (size_t i = 0; i < c->servers; i++)
		if (strcmp(c->server[i].name, name) == 0)
			return refuse(
			    p, "second section [server %s]; each server has one", name);
	if (c->servers == MAX_SERVERS)
		return refuse(p, "more than %d servers", MAX_SERVERS);
	p->server = &c->server[c->servers++];
	config_server_defaults(p->server);
	if (!config_parse_host(name, p->server->name, sizeof(p->server->name)))
		return refuse(
		    p, "server name '%s'; allowed: letters, digits and . : _ - %%", name);
	(void)snprintf(p->server->address, sizeof(p->server->address), "%s", name);
	return true;
}

static bool
begin_daemon(struct parser *p)
{
	if (p->daemon_seen)
		return refuse(p, "second section [daemon]");
	p->daemon_seen = true;
	p->server = NULL;
	return true;
}

static bool
on_section(void *user, const char *name)
{
	struct parser *p = user;

	p->seen = 0;
	if (strcmp(name, "daemon") == 0)
		return begin_daemon(p);
	if (strncmp(name, "server ", 7) == 0 && name[7] != '\0')
		return begin_server(p, name + 7);
	return refuse(p, "unknown section [%s]; known: [daemon], [server NAME]", name);
}

static bool
finish_server(const struct config *c, struct config_server *s)
{
	if (s->minpoll < 0)
		s->minpoll =
		    s->maxpoll >= 0 && s->maxpoll < c->minpoll ? s->maxpoll : c->minpoll;
	if (s->maxpoll < 0)
		s->maxpoll = s->minpoll > c->maxpoll ? s->minpoll : c->maxpoll;
	return s->minpoll <= s->maxpoll;
}

bool
config_finish(struct config *c, const char *name, char message[CONFIG_MESSAGE_SIZE])
{
	int addresses = 0;

	*message = '\0';
	if (c->minpoll > c->maxpoll)
		(void)snprintf(message, CONFIG_MESSAGE_SIZE,
		    "%s: [daemon] minpoll %d is greater than maxpoll %d", name,
		    c->minpoll, c->maxpoll);
	for (size_t i = 0; i < c->servers && *message == '\0'; i++) {
		struct config_server *s = &c->server[i];

		addresses += s->pool;
		if (!finish_server(c, s))
			(void)snprintf(message, CONFIG_MESSAGE_SIZE,
			    "%s: [server %s] minpoll %d is greater than maxpoll %d", name,
			    s->name, s->minpoll, s->maxpoll);
	}
	if (*message == '\0' && addresses > MAX_SERVERS)
		(void)snprintf(message, CONFIG_MESSAGE_SIZE,
		    "%s: the pools make %d servers of it; allowed: %d in all", name,
		    addresses, MAX_SERVERS);
	return *message == '\0';
}

bool
config_read(const char *text, size_t n, const char *name, struct config *out,
    char message[CONFIG_MESSAGE_SIZE])
{
	struct parser p = {
		.lines = { .text = text, .left = n, .section = on_section, .arg = &p },
		.name = name,
		.config = out,
		.message = message,
	};
	int bad_line;

	config_defaults(out);
	bad_line = ini_parse_stream(ini_lines_next, &p.lines, on_key, &p);
	if (p.lines.fault == INI_HEADER)
		return refuse(
		    &p, "broken section header; it looks like [daemon] or [server NAME]");
	if (p.lines.fault != INI_FINE)
		return refuse(&p, "%s", ini_fault_words[p.lines.fault]);
	if (!p.failed && bad_line != 0) {
		p.lines.line = bad_line;
		return refuse(&p, "neither 'key = value' nor a [section]");
	}
	return !p.failed;
}

static bool
server_equal(const struct config_server *a, const struct config_server *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->address, b->address) == 0 &&
	       a->port == b->port && a->minpoll == b->minpoll &&
	       a->maxpoll == b->maxpoll && a->burst == b->burst && a->pool == b->pool &&
	       a->common == b->common && a->interleaved == b->interleaved;
}

bool
config_servers_equal(const struct config *a, const struct config *b)
{
	if (a->servers != b->servers)
		return false;
	for (size_t i = 0; i < a->servers; i++)
		if (!server_equal(&a->server[i], &b->server[i]))
			return false;
	return true;
}

static bool
files_equal(const struct config *a, const struct config *b)
{
	return strcmp(a->status, b->status) == 0 && a->rotate_size == b->rotate_size &&
	       a->rotate_age == b->rotate_age && a->keep_size == b->keep_size &&
	       a->compress == b->compress && a->announce == b->announce &&
	       a->syslog == b->syslog;
}

bool
config_equal(const struct config *a, const struct config *b)
{
	return strcmp(a->evidence, b->evidence) == 0 && a->minpoll == b->minpoll &&
	       a->maxpoll == b->maxpoll && a->watch == b->watch && a->seal == b->seal &&
	       files_equal(a, b) && a->sync == b->sync && strcmp(a->user, b->user) == 0 &&
	       a->confine == b->confine && a->log == b->log && config_servers_equal(a, b);
}
