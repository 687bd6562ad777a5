/* What a corrector takes from the evidence: the clock, the zone, the boot. */
#include <string.h>

#include "corrector.h"
#include "say.h"

#define DAY_S 86400

void
corrector_take_model(struct corrector *c, const struct model *m, bool linear)
{
	struct system_time about = { m->rows > 0 ? m->row[m->rows - 1].from.ns : 0 };

	if (m->boots > 0)
		about = m->end;
	c->clock.about = about.ns / NS_PER_SECOND;
	segments_build(&c->segments, m, linear);
}

bool
corrector_choose_boot(struct corrector *c, const struct model *m, const char *boot_id)
{
	for (size_t i = 0; i < m->boots; i++) {
		const struct boot_model *b = &m->boot[i];

		if (b->model.points > 0 &&
		    (boot_id == NULL || strcmp(b->boot_id, boot_id) == 0))
			c->boot = b;
	}
	return boot_id == NULL || c->boot != NULL;
}

bool
corrector_choose_zone(struct corrector *c, const struct model *m, const char *timezone)
{
	struct zone *zone = &c->clock.zone;

	if (timezone != NULL) {
		if (zone_parse(timezone, zone))
			return true;
		say("timezone '%s' is not known here; allowed: UTC, +hh:mm, or a name of the "
		    "zone database",
		    timezone);
		return false;
	}
	if (zone_parse(m->timezone, zone))
		return true;
	if (m->utc_offset_s < -DAY_S || m->utc_offset_s > DAY_S) {
		say("the evidence has no distance from UTC that could be; name the zone with "
		    "--timezone");
		return false;
	}
	zone_fixed(m->utc_offset_s, zone);
	if (m->timezone[0] != '\0')
		say("the host's zone '%s' is not known here; using %s, as it was at the start "
		    "of the evidence",
		    m->timezone, zone->name);
	return true;
}
