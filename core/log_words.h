/* The words in stamps: months, days of the week, zones. */
#ifndef CLOCKWITNESS_LOG_WORDS_H
#define CLOCKWITNESS_LOG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* A name of a month in one of the languages known: 1..12, else 0 and nothing is read. */
int scan_month_name(struct scan *s);

/* The name of this month in the language and the case of another's name. */
void print_month_name(struct text *o, const char *like, size_t n, int month);

/* "Mon" or "Monday": 0 Sunday .. 6, else -1. */
int scan_day_name(struct scan *s);
void print_day_name(struct text *o, const char *like, size_t n, int day);

enum zone_name {
	ZONE_NAME_UNKNOWN,
	ZONE_NAME_ONE,     /* one distance from UTC, in the whole world */
	ZONE_NAME_SEVERAL, /* as CST: of America, of China, of Cuba */
};

enum zone_name zone_name_minutes(const char *name, size_t n, int *minutes_east);

#endif
