/* Sockets of this host on the ports of NTP and of NTS key establishment. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "context_parts.h"
#include "footprint.h"
#include "host_text.h"
#include "record.h"

#define NTP_PORT_NUMBER 123
#define NTS_PORT_NUMBER 4460
#define TCP_LISTENS 10
#define ROWS_MAX 65536

struct table {
	const char *protocol;
	bool tcp;
};

static bool
concerns_time(const struct socket_row *row, const struct table *t)
{
	return (row->port == NTP_PORT_NUMBER || row->port == NTS_PORT_NUMBER) &&
	       (!t->tcp || row->state == TCP_LISTENS);
}

static void
add_listener(
    struct record_context *c, const struct socket_row *row, const struct table *t)
{
	struct context_listener *l = &c->listener[c->listeners];

	if (c->listeners == CONTEXT_LISTENERS) {
		context_unread(c, "listeners", "there are more than eight");
		return;
	}
	c->listeners++;
	(void)inet_ntop(row->words == 4 ? AF_INET6 : AF_INET, row->local, l->address,
	    sizeof(l->address));
	record_copy_text(l->protocol, sizeof(l->protocol), t->protocol);
	l->port = row->port;
	l->uid = row->uid;
}

static void
read_sockets(struct record_context *c, const struct table *t)
{
	char path[32];
	char line[256];
	struct socket_row row;
	int left = ROWS_MAX;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/net/%s", t->protocol);
	f = fopen(path, "re");
	if (f == NULL) {
		context_failed(c, path, -errno);
		return;
	}
	footprint_read_file();
	while (left-- > 0 && fgets(line, sizeof(line), f) != NULL) {
		if (!host_text_socket_row(line, strlen(line), &row))
			continue;
		/* the kernel lists those that listen first */
		if (t->tcp && row.state != TCP_LISTENS)
			break;
		if (concerns_time(&row, t))
			add_listener(c, &row, t);
	}
	(void)fclose(f);
	if (left < 0)
		context_unread(c, path, "too many sockets to look at all");
}

void
context_read_listeners(struct record_context *c)
{
	static const struct table tables[] = {
		{ "udp", false },
		{ "udp6", false },
		{ "tcp", true },
		{ "tcp6", true },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		read_sockets(c, &tables[i]);
}
