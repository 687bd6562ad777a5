#include "round.h"

bool
round_is_over(const struct roster *r, const bool answered[])
{
	int64_t shortest = INT64_MAX;

	for (size_t i = 0; i < r->peers; i++) {
		const struct peer *p = &r->peer[i];
		int64_t own = association_interval(&p->association).ns;

		if (p->has_address && !p->association.denied && own < shortest)
			shortest = own;
	}
	for (size_t i = 0; i < r->peers; i++) {
		const struct peer *p = &r->peer[i];

		if (!p->has_address || p->association.denied)
			continue;
		if (association_interval(&p->association).ns <= shortest && !answered[i])
			return false;
	}
	return true;
}

bool
round_standing_changed(const struct calibration *before, const struct selection *now)
{
	if (before->outcome != now->outcome)
		return true;
	for (size_t i = 0; i < before->servers; i++) {
		enum verdict old = before->server_at[i].verdict;
		enum verdict new = now->verdict[i];

		if (old != new && (old > VERDICT_ELIGIBLE || new > VERDICT_ELIGIBLE))
			return true;
	}
	return false;
}
