#include "merge_host.h"

#include "say.h"

static bool
choose_format(struct merge_host *h)
{
	h->corrector.wish.format = log_format_count;
	return h->of->format == NULL ||
	       recognition_wish_parse(h->of->format, &h->corrector.wish);
}

int
merge_host_open(struct merge_host *h, struct case_host *of, bool unverified, bool beyond)
{
	struct model_request wanted = {
		.paths = of->evidence.path,
		.count = of->evidence.count,
		.table = of->table,
		.unverified = unverified,
		.beyond = beyond,
	};

	h->of = of;
	if (!corrector_begin(&h->corrector))
		return EXIT_CANNOT;
	if (!choose_format(h))
		return EXIT_USAGE;
	if (!model_load(&h->model, &wanted))
		return EXIT_CANNOT;
	h->corrector.clock.year = of->year;
	corrector_take_model(&h->corrector, &h->model, false);
	(void)corrector_choose_boot(&h->corrector, &h->model, NULL);
	return corrector_choose_zone(&h->corrector, &h->model, of->timezone) ? -1
									     : EXIT_USAGE;
}

void
merge_host_close(struct merge_host *h)
{
	segments_free(&h->corrector.segments);
	model_free(&h->model);
}
