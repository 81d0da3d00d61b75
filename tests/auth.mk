# tests of auth, net and the program account
EXTRA_DIST += tests/api/changePassword tests/api/createKey \
	tests/api/deleteKey tests/api/deleteMe tests/api/deleteSession \
	tests/api/getMe tests/api/listKeys tests/api/listSessions \
	tests/api/login tests/api/logout tests/api/register tests/api/updateMe
