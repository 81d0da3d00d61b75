/*
 * The process that starts a recording at LiveKit: this binary once more, with
 * the recording's id.  Not a fork that goes on: a database that is open must
 * not be used on both sides of one, nor libcurl's connections.
 */
#include "local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIFE_S		60	/* a start takes 30 at the most */

static _Noreturn void
become(struct app *app, const char *id)
{
	int null = open("/dev/null", O_RDWR);

	/* Whoever is at the other end of ours waits until they are closed; the
	 * listening socket on 0 would make it a server. */
	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(null, STDOUT_FILENO) == -1)
		_exit(1);
	/* A web server may wait for the end of what a plain CGI logs, too; what
	 * becomes of the recording is in its row. */
	if (getenv("GATEWAY_INTERFACE") != NULL)
		dup2(null, STDERR_FILENO);
	close_range(3, ~0U, 0);
	if (app->config->path != NULL)
		setenv("STAGEDOOR_CONF", app->config->path, 1);
	/* What a plain CGI is known by. */
	unsetenv("REQUEST_METHOD");
	unsetenv("GATEWAY_INTERFACE");
	alarm(LIFE_S);
	execl("/proc/self/exe", "stagedoor", app->recorder, id, (char *)NULL);
	_exit(1);
}

/* The child's child is nobody's to wait for. */
bool
recording_spawn(struct app *app, const char *id)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			become(app, id);
		_exit(pid == -1);
	}
	if (pid == -1) {
		log_warn("recording %s is started here: fork: %s", id,
		    strerror(errno));
		return false;
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status == 0;
}
