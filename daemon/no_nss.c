/*
 * For the static program: libc's own way to look names up loads shared objects of the
 * host (nsswitch.conf), which is what a static program is there to avoid. libevent refers
 * to it, and would link it; names go through evdns, and numbers through inet_pton().
 */
#ifdef WITHOUT_NSS

#include <netdb.h>
#include <stddef.h>

int
getaddrinfo(const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict res)
{
	(void)node;
	(void)service;
	(void)hints;
	*res = NULL;
	return EAI_FAIL;
}

void
freeaddrinfo(struct addrinfo *res)
{
	(void)res;
}

struct servent *
getservbyname(const char *name, const char *protocol)
{
	(void)name;
	(void)protocol;
	return NULL;
}

struct protoent *
getprotobynumber(int number)
{
	(void)number;
	return NULL;
}

#else

extern int no_nss_is_empty; /* ISO C has no empty file */

#endif
