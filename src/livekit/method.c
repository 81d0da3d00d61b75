/*
 * Which grant, which room member, how long and how big: for every method of
 * LiveKit's server API.  Data; the lookup is at the end.
 */
#include <string.h>

#include "local.h"

#define TEN		LKI_TIMEOUT_MS
#define SLOW		30000	/* no egress service: LiveKit takes 22-25 s */
#define ONE		LKI_REPLY_MAX
#define LIST		LKI_LIST_MAX

static const struct lki_method methods[] = {
	{ "RoomService", "CreateRoom", G_CREATE, NULL, TEN, ONE, false },
	{ "RoomService", "ListRooms", G_LIST, NULL, TEN, LIST, false },
	{ "RoomService", "DeleteRoom", G_CREATE, NULL, TEN, ONE, false },
	{ "RoomService", "UpdateRoomMetadata", G_ADMIN, "room", TEN, ONE,
	    false },
	{ "RoomService", "ListParticipants", G_ADMIN, "room", TEN, LIST,
	    false },
	{ "RoomService", "GetParticipant", G_ADMIN, "room", TEN, ONE, false },
	{ "RoomService", "RemoveParticipant", G_ADMIN, "room", TEN, ONE,
	    false },
	{ "RoomService", "MutePublishedTrack", G_ADMIN, "room", TEN, ONE,
	    false },
	{ "RoomService", "UpdateParticipant", G_ADMIN, "room", TEN, ONE,
	    false },
	{ "RoomService", "UpdateSubscriptions", G_ADMIN, "room", TEN, ONE,
	    false },
	{ "RoomService", "SendData", G_ADMIN, "room", TEN, ONE, false },
	{ "RoomService", "ForwardParticipant", G_ADMIN | G_DEST, "room", TEN,
	    ONE, false },
	{ "RoomService", "MoveParticipant", G_ADMIN | G_DEST, "room", TEN, ONE,
	    false },
	{ "RoomService", "PerformRpc", G_ADMIN, "room", TEN, ONE, false },

	{ "Egress", "StartEgress", G_RECORD, NULL, SLOW, ONE, false },
	{ "Egress", "StartRoomCompositeEgress", G_RECORD, NULL, SLOW, ONE,
	    false },
	{ "Egress", "StartWebEgress", G_RECORD, NULL, SLOW, ONE, false },
	{ "Egress", "StartParticipantEgress", G_RECORD, NULL, SLOW, ONE,
	    false },
	{ "Egress", "StartTrackCompositeEgress", G_RECORD, NULL, SLOW, ONE,
	    false },
	{ "Egress", "StartTrackEgress", G_RECORD, NULL, SLOW, ONE, false },
	{ "Egress", "UpdateLayout", G_RECORD, NULL, TEN, ONE, false },
	{ "Egress", "UpdateStream", G_RECORD, NULL, TEN, ONE, false },
	{ "Egress", "StopEgress", G_RECORD, NULL, TEN, ONE, false },
	{ "Egress", "ListEgress", G_RECORD, NULL, TEN, LIST, false },

	{ "Ingress", "CreateIngress", G_INGRESS, NULL, TEN, ONE, false },
	{ "Ingress", "UpdateIngress", G_INGRESS, NULL, TEN, ONE, false },
	{ "Ingress", "ListIngress", G_INGRESS, NULL, TEN, LIST, false },
	{ "Ingress", "DeleteIngress", G_INGRESS, NULL, TEN, ONE, false },

	{ "SIP", "CreateSIPInboundTrunk", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "CreateSIPOutboundTrunk", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "UpdateSIPInboundTrunk", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "UpdateSIPOutboundTrunk", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "GetSIPInboundTrunk", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "GetSIPOutboundTrunk", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "ListSIPInboundTrunk", G_SIP_ADMIN, NULL, TEN, LIST, false },
	{ "SIP", "ListSIPOutboundTrunk", G_SIP_ADMIN, NULL, TEN, LIST, false },
	{ "SIP", "ListSIPTrunk", G_SIP_ADMIN, NULL, TEN, LIST, false },
	{ "SIP", "DeleteSIPTrunk", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "CreateSIPDispatchRule", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "UpdateSIPDispatchRule", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "ListSIPDispatchRule", G_SIP_ADMIN, NULL, TEN, LIST, false },
	{ "SIP", "DeleteSIPDispatchRule", G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "SIP", "CreateSIPParticipant", G_SIP_CALL, NULL, TEN, ONE, true },
	{ "SIP", "TransferSIPParticipant", G_SIP_CALL | G_ADMIN, "room_name",
	    TEN, ONE, true },

	{ "AgentDispatchService", "CreateDispatch", G_ADMIN, "room", TEN, ONE,
	    false },
	{ "AgentDispatchService", "ListDispatch", G_ADMIN, "room", TEN, LIST,
	    false },
	{ "AgentDispatchService", "DeleteDispatch", G_ADMIN, "room", TEN, ONE,
	    false },

	{ "Connector", "DialWhatsAppCall", G_CREATE, NULL, TEN, ONE, false },
	{ "Connector", "AcceptWhatsAppCall", G_CREATE, NULL, TEN, ONE, true },
	{ "Connector", "ConnectWhatsAppCall", G_CREATE, NULL, TEN, ONE, false },
	{ "Connector", "DisconnectWhatsAppCall", G_CREATE, NULL, TEN, ONE,
	    false },
	{ "Connector", "ConnectTwilioCall", G_CREATE, NULL, TEN, ONE, false },

	/* Cloud's: any method */
	{ "PhoneNumberService", NULL, G_SIP_ADMIN, NULL, TEN, ONE, false },
	{ "CloudAgent", NULL, G_AGENT, NULL, TEN, ONE, false },
	{ "AgentSimulation", NULL, G_SIMULATION, NULL, TEN, ONE, false }
};

const struct lki_method *
lki_method(const char *service, const char *method)
{
	for (size_t i = 0; i < LKI_LEN(methods); i++)
		if (strcmp(methods[i].service, service) == 0 &&
		    (methods[i].method == NULL ||
		    strcmp(methods[i].method, method) == 0))
			return &methods[i];
	return NULL;
}
