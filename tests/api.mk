# tests of api: cases in tests/api/<operationId>/<case>.http; see its README.md
API_SHARED = tests/api/api.h tests/api/case.c tests/api/egress.c tests/api/exchange.c \
	tests/api/ingress.c tests/api/livekit.c tests/api/match.c tests/api/names.c \
	tests/api/schema.c tests/api/sign.c tests/api/whip.c tests/api/world.c $(EVERY_PROGRAM_C)

check_PROGRAMS += tests/api/runner tests/api/suite
tests_api_runner_SOURCES = tests/api/runner.c $(API_SHARED)
tests_api_runner_LDADD = $(APP_LIBS)
tests_api_suite_SOURCES = tests/api/suite.c $(API_SHARED)
tests_api_suite_LDADD = $(APP_LIBS)
TESTS += tests/api/runner tests/api/suite tests/api/selftest.sh
EXTRA_DIST += tests/api/README.md tests/api/selftest.sh tests/api/wrong \
	tests/api/createMessage tests/api/createWhip tests/api/deleteWhip \
	tests/api/endLive tests/api/patchWhip tests/api/getLive \
	tests/api/getLiveToken tests/api/health tests/api/http \
	tests/api/listLive tests/api/receiveWebhook tests/api/startLive
EXTRA_DIST += tests/api/blockUser tests/api/followUser tests/api/getChannel \
	tests/api/getUser tests/api/getViewerToken tests/api/listFollowing \
	tests/api/listLiveChannels tests/api/listMyBlocks \
	tests/api/listMyFollows tests/api/listRecommended tests/api/searchUsers \
	tests/api/unblockUser tests/api/unfollowUser
EXTRA_DIST += tests/api/createRoom tests/api/endRoom \
	tests/api/getConnectionDetails tests/api/getRoom \
	tests/api/listMyRooms tests/api/listParticipants \
	tests/api/listRoomMembers tests/api/muteParticipant \
	tests/api/raiseHand tests/api/removeParticipant \
	tests/api/removeRoomMember tests/api/setPermissions \
	tests/api/setRoomMember
EXTRA_DIST += tests/api/pinMessage tests/api/tick tests/api/unpinMessage
EXTRA_DIST += tests/api/listUsers tests/api/updateUser \
	tests/api/endUserStream tests/api/listAudit tests/api/requestCreator
EXTRA_DIST += tests/api/createIngress tests/api/createStream \
	tests/api/deleteIngress tests/api/endStream tests/api/getBroadcast \
	tests/api/getCreatorToken tests/api/getStreamCredentials \
	tests/api/getStreamInfo tests/api/getStreamStatus \
	tests/api/listBroadcasts tests/api/updateChatSettings \
	tests/api/updateIngress tests/api/updateStreamInfo
EXTRA_DIST += tests/api/getSourceToken tests/api/listRooms
EXTRA_DIST += tests/api/getRoomMetrics tests/api/postMetrics
EXTRA_DIST += tests/api/createChannel tests/api/createWorkspace \
	tests/api/deleteChannel tests/api/deleteWorkspace tests/api/getConfig \
	tests/api/getVoiceToken tests/api/getWorkspace tests/api/listChannels \
	tests/api/listWorkspaceMembers tests/api/listWorkspaces \
	tests/api/removeWorkspaceMember tests/api/setWorkspaceMember \
	tests/api/updateChannel tests/api/updateWorkspace
EXTRA_DIST += tests/api/deleteRecording tests/api/getRecording \
	tests/api/listRecordings tests/api/startRecording \
	tests/api/stopRecording
