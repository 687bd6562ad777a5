/* A configuration that changes while the daemon runs. */
#include <string.h>

#include "clock.h"
#include "configure.h"
#include "log.h"
#include "notify.h"
#include "witness_parts.h"

static bool
measure_afresh(struct witness *w)
{
	roster_close(&w->roster);
	w->calibrated = false;
	w->last = (struct calibration){ .servers = 0 };
	memset(w->refusals, 0, sizeof(w->refusals));
	memset(w->answered, 0, sizeof(w->answered));
	return witness_open_roster(w) == 0;
}

void
witness_apply_settings(struct witness *w)
{
	watch_set(&w->watch, (struct span){ w->config.watch * NS_PER_SECOND });
	w->ledger.rules = (struct ledger_rules){
		.seal_s = w->config.seal,
		.sync_s = w->config.sync,
		.rotate_size = (uint64_t)w->config.rotate_size,
		.rotate_age_s = w->config.rotate_age,
		.announce_s = w->config.announce,
	};
	/* what stands in a directory of the command line's is a case, and stays */
	w->archive.compress = w->config.compress && w->options->evidence == NULL;
	w->archive.keep_size =
	    w->options->evidence == NULL ? (uint64_t)w->config.keep_size : 0;
	log_set_level(w->config.log);
}

/* The samples are kept while the servers stay what they were. */
static void
apply(struct witness *w, const struct config *fresh)
{
	struct record r = { .type = RECORD_RELOAD };
	bool same_servers = config_servers_equal(fresh, &w->config);

	clock_read(&r.at);
	watch_feed(&w->watch, &r.at);
	witness_tell_suppressed(w, &r.at);
	w->config = *fresh;
	witness_apply_settings(w);
	r.reload.configuration_digest = w->config.digest;
	r.reload.watch_s = w->config.watch;
	witness_list_servers(w, &r.reload.servers);
	witness_record_sealed(w, &r);
	if (!same_servers && !measure_afresh(w))
		witness_stop(w, EXIT_CANNOT);
	log_line(LOG_INFO, "reloaded: %zu servers%s", fresh->servers,
	    same_servers ? "" : ", measured afresh");
}

static bool
servers_from_command_line(const struct witness *w)
{
	return w->options->first_server < w->argc;
}

void
witness_on_reload(void *arg)
{
	struct config fresh;
	struct witness *w = arg;
	char message[CONFIG_MESSAGE_SIZE];

	notify_reloading();
	if (servers_from_command_line(w))
		log_line(
		    LOG_INFO, "the servers are the command line's: nothing to reload");
	else if (!configure(w->options, w->argv, &fresh, message))
		log_line(LOG_ERROR, "%s; going on as before", message);
	else if (fresh.servers == 0)
		log_line(LOG_ERROR, "%s names no server; going on as before",
		    configure_path(w->options));
	else if (config_equal(&fresh, &w->config))
		log_line(LOG_INFO, "the configuration has not changed");
	else {
		if (strcmp(fresh.evidence, w->config.evidence) != 0)
			log_line(
			    LOG_WARNING, "another evidence directory needs a restart");
		apply(w, &fresh);
	}
	notify_ready();
}
