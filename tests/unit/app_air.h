/*
 * A channel of LAB_HOST: what LiveKit tells of it, and whether it is on air.
 * Whatever cannot be had aborts.
 */
#ifndef APP_AIR_H
#define APP_AIR_H

#include "app_lab.h"

#define T0		1795227260000	/* a whole second */
#define EVENTS_MAX	16

extern struct lab lab;

void	 must(enum rc);
void	 air_open_channel(void);
void	 air_close_channel(void);

/* Events of the room, in the order they were made; rest: more members. */
extern char *told[EVENTS_MAX];
extern size_t told_len;

void	 told_add(const char *event, int64_t at_ms, const char *rest);
void	 told_person(const char *event, const char *sid, const char *identity,
    const char *kind, int64_t at_ms);
void	 told_track(const char *event, const char *sid, const char *track,
    int64_t at_ms);
/* As recorded: started may come without a room id, ended without a status. */
void	 told_ingress(const char *event, int64_t started_ms, const char *error,
    int64_t at_ms);
enum rc	 air_tell(size_t i);
void	 air_tell_last(void);

/* Events of now, made and told. */
void	 air_join(const char *sid, const char *identity);
void	 air_leave(const char *sid, const char *identity);
void	 air_publish(const char *sid, const char *track);
void	 air_unpublish(const char *sid, const char *track);

bool	 air_on_air(void);		/* as it is read */
int64_t	 air_broadcasts(void);
int64_t	 air_events(const char *type);
void	 air_pass(void);		/* a tick */
void	 air_cut(void);

#endif
