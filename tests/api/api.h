/*
 * What the files of the API runner share.  One case file is run in a process
 * of its own, so that state never leaks and a crash is one failed case.
 * Whatever goes wrong ends in case_fail(), which prints the exchange in hand.
 */
#ifndef API_H
#define API_H

#include "../../cgi-bin/programs.h"

#define API_KEY		"devkey"
#define API_SECRET	"devsecret-devsecret-devsecret-32b"
#define API_ENV_MAX	64

/* ---- the case in hand (case.c) --------------------------------------------- */

struct api_case {
	const char	*path;
	char		**lines;	/* NULL-terminated */
	size_t		 at;		/* next line, from 0 */
	struct arena	*arena;		/* lives as long as the case */
};

extern struct api_case the_case;

/* Reads a case file; fails the case when it cannot be had. */
void		 case_open(const char *path);

/* Prints the difference and ends this process with 1. */
_Noreturn void	 case_fail(const char *fmt, ...) PRINTF(1, 2);
/* The line to look at, NULL at the end; case_take moves on. */
const char	*case_peek(void);
const char	*case_take(void);

/* ---- names (names.c) ------------------------------------------------------- */

void		 name_set(const char *name, const char *value);
const char	*name_get(const char *name);	/* NULL: unknown */
/* Text with each {{name}} replaced; unknown names fail the case. */
char		*name_fill(const char *text);

/* ---- JSON against what is expected (match.c) ------------------------------- */

/* NULL where got has all that want asks for, else a sentence. */
char		*match_json(const struct cJSON *want, const struct cJSON *got,
		    const char *where);
struct cJSON	*match_parse(const char *json, const char *what);
/* Text against a pattern with "*", or a "<name>" to keep it under. */
bool		 match_text(const char *want, const char *got);

/* ---- replies against openapi.json (schema.c) ------------------------------- */

/* NULL where the reply is as documented or nothing is documented. */
char		*schema_check(const char *method, const char *path, int status,
		    const char *type, const struct cJSON *body);

/* ---- the world (world.c) ---------------------------------------------------- */

struct world {
	char		 dir[64];
	struct config	*config;
	struct app	 app;
	struct spine	 spine;
	int64_t		 now_ms;
};

extern struct world world;

/* Lines of configuration and environment; before the world is open. */
void		 world_config(const char *line);
void		 world_env(const char *line);
/* Opens on the first use; everything below does that by itself. */
void		 world_open(void);
void		 world_close(void);	/* removes its folder */
void		 world_user(const char *line);
void		 world_channel(const char *line);
void		 world_class(const char *line);
void		 world_clock(const char *line);
void		 world_tick(const char *line);
void		 world_sql(const char *line);
void		 world_lock(bool on);	/* somebody else holds the database */
/* Rows as text: columns joined by "|", NULL as "NULL", a line a row. */
char		*world_rows(const char *sql);
/* All of the database as one text. */
char		*world_dump(void);

/* ---- LiveKit (livekit.c) ---------------------------------------------------- */

void		 livekit_install(struct app *);
void		 livekit_line(const char *line);	/* "rooms = a,b" */
void		 livekit_fault(const char *what);	/* "down" */
/* Authorization of a webhook with this body, under that secret. */
char		*livekit_sign(const char *secret, const void *body, size_t len);
/* jwt: TOKEN {"claim":…} */
void		 livekit_jwt(const char *line);

/* ---- its WHIP endpoint (whip.c) ---------------------------------------------- */

/* "WHIP POST", "WHIP PATCH PA_whip1 ice1"; NULL: a call of another kind. */
const char	*whip_called(const struct lk_http_call *);
enum lk_err	 whip_answer_call(const struct lk_http_call *,
		    const char *fault, struct lk_http_reply *, int *status);
/* SQL that runs while the next call is answered. */
void		 whip_during(const char *sql);

/* ---- its ingress API (ingress.c) --------------------------------------------- */

struct cJSON;
/* What a call is about ("IN_1 on"); NULL: nothing. */
const char	*ingress_about(const char *method, const struct cJSON *);
/* The answer and its status. */
int		 ingress_answer(struct buf *, const char *method,
		    const struct cJSON *, bool redis);
/* Its directives; false: not one of them. */
bool		 ingress_line(const char *line);

/* ---- its egress API (egress.c) ------------------------------------------------ */

bool		 egress_is_look(const char *method, const struct cJSON *);
const char	*egress_about(const struct cJSON *);
int		 egress_answer(struct buf *, const char *method,
		    const struct cJSON *, bool redis, bool has_room);
bool		 egress_line(const char *line);

/* ---- one exchange (exchange.c) ---------------------------------------------- */

bool		 exchange_begins(const char *line);
void		 exchange_run(void);
/* The exchange so far, for a failure; "" where there is none. */
const char	*exchange_story(void);

#endif
