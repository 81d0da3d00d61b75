/*
 * A laboratory for app tests: a fresh folder with configuration and database,
 * and a LiveKit made of two arrays behind the client's own transport.
 */
#ifndef APP_LAB_H
#define APP_LAB_H

#include "../../src/app/app.h"

#define LAB_KEY		"devkey"
#define LAB_SECRET	"devsecret-devsecret-devsecret-32b"
#define LAB_HOST	"11111111-1111-4111-8111-111111111111"
#define LAB_OTHER	"22222222-2222-4222-8222-222222222222"

#define FAKE_ROOMS	16
#define FAKE_PEOPLE	128
#define FAKE_TRACKS	4

struct fake_room {
	char	name[64];
	char	sid[32];
	char	metadata[128];
	int	empty_timeout_s;
	int	departure_timeout_s;
};

struct fake_person {
	char	room[64];
	char	sid[32];
	char	identity[64];
	int64_t	joined_ms;
	bool	joining;		/* not ACTIVE yet */
	const char *kind;		/* NULL: STANDARD */
	bool	told;			/* its permission is on the list */
	bool	publish, subscribe, data, hidden;
	char	metadata[160];
	char	tracks[FAKE_TRACKS][32];
	size_t	tracks_len;
};

struct fake {
	struct fake_room	rooms[FAKE_ROOMS];
	size_t			rooms_len;
	struct fake_person	people[FAKE_PEOPLE];
	size_t			people_len;
	enum lk_err		fail;		/* every call ends so */
	const char		*reply;		/* said instead, status 200 */
	void			(*during)(void); /* in the next call, once */
	const char		*ingress;	/* status of IN_1; NULL: no Redis */
	int64_t			ingress_started_ms, ingress_ended_ms;
	int			calls;
	int			removes, updates;	/* of people */
	bool			called_in_tx;
	struct app		*app;
};

struct lab {
	char		 dir[64];
	struct config	*config;
	struct app	 app;
	struct fake	 fake;
	struct arena	*arena;
};

/* extra: more lines of configuration. Aborts where it cannot be had. */
void	 lab_open(struct lab *, const char *extra);
void	 lab_close(struct lab *);
/* A row of live_streams that began at `at`, owned by LAB_HOST, room open. */
void	 lab_stream(struct lab *, const char *name, int64_t at);
/* The channel of LAB_HOST, with its room. */
void	 lab_channel(struct lab *, int64_t at);
/* A key of it at LiveKit, current and enabled. */
void	 lab_key(struct lab *, const char *ingress_id);
/* A webhook is kept and applied; aborts where the text is none. */
enum rc	 lab_hear(struct lab *, const char *event) MUST_CHECK;
/* All that webhooks write, as one text. */
char	*lab_dump(struct lab *);
/* One number from the database. */
int64_t	 lab_number(struct lab *, const char *sql);

struct fake_room *fake_room_add(struct fake *, const char *name,
    const char *sid);
void	 fake_room_drop(struct fake *, const char *name);
void	 fake_join(struct fake *, const char *room, const char *sid,
    const char *identity, int64_t joined_ms);
/* Somebody with these permissions; the one who is there as struct. */
struct fake_person *fake_may(struct fake *, const char *sid, bool publish,
    bool subscribe, bool data);
struct fake_person *fake_person(struct fake *, const char *sid);
void	 fake_publish(struct fake *, const char *sid, const char *track);
void	 fake_leave(struct fake *, const char *sid);

/* The clock that all of it reads. */
extern int64_t lab_now;
int64_t	 lab_clock(void);

#endif
