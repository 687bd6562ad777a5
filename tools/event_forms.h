/* What the forms of an event share, and the forms that event.c lists. */
#ifndef CLOCKWITNESS_EVENT_FORMS_H
#define CLOCKWITNESS_EVENT_FORMS_H

#include <stdbool.h>

#include "event.h"

bool event_is_corrected(const struct event *e);
bool event_is_ranked(const struct event *e);

/* What its time is worth, in words. */
const char *event_description(const struct event *e);

/* Of UTC since 1970, rounded down. */
int64_t event_microseconds(const struct event *e);

void text_event(struct outlet *o, const struct event *e);
void csv_begin(struct outlet *o);
void csv_event(struct outlet *o, const struct event *e);
void l2tcsv_begin(struct outlet *o);
void l2tcsv_event(struct outlet *o, const struct event *e);
void tln_event(struct outlet *o, const struct event *e);
void bodyfile_event(struct outlet *o, const struct event *e);

void timesketch_event(struct outlet *o, const struct event *e);
void ecs_event(struct outlet *o, const struct event *e);
void otlp_event(struct outlet *o, const struct event *e);

#endif
