// liblivekit-api beside LiveKit's own Node SDK: it verifies tokens that we
// minted, and we receive webhooks that it signed.
// node node_sdk.mjs FOLDER, where livekit_mint and livekit_hook are.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AccessToken, TokenVerifier, WebhookReceiver } from 'livekit-server-sdk';

const folder = process.argv[2];
const key = process.env.LIVEKIT_API_KEY, secret = process.env.LIVEKIT_API_SECRET;
const verifier = new TokenVerifier(key, secret);
let failed = 0;

const report = (good, name, why) => {
	if (!good) {
		failed = 1;
		console.log(`# ${why}`);
	}
	console.log(`${good ? 'ok' : 'not ok'} ${name}`);
};
const is = (got, want, name) => report(isDeepStrictEqual(got, want), name,
    `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);

// ---- tokens of ours -------------------------------------------------------

const tokens = Object.fromEntries(execFileSync(join(folder, 'livekit_mint'),
    { encoding: 'utf8' }).trim().split('\n').map((line) => line.split(' ')));
const join_r = { roomJoin: true, room: 'r' };
const want = {
	viewer: { sub: 'ada', name: 'Ad\u00e9', metadata: '{"a":[1,"\\""]}',
	    attributes: { role: 'viewer', 'caf\u00e9': '"quoted"\n' },
	    video: { ...join_r, canPublish: false, canPublishData: false } },
	host: { sub: 'host', video: { ...join_r, canPublish: true,
	    canSubscribe: true, canPublishData: true,
	    canPublishSources: ['camera', 'screen_share'],
	    canUpdateOwnMetadata: true } },
	admin: { video: { roomAdmin: true, room: 'r', destinationRoom: 'other' } },
	server: { video: { roomCreate: true, roomList: true, roomRecord: true,
	    ingressAdmin: true } },
	hidden: { sub: 'spy', kind: 'egress', video: { ...join_r, hidden: true,
	    recorder: true, agent: true, canSubscribeMetrics: true,
	    canManageAgentSession: true } },
	sip: { sip: { admin: true, call: true } },
	inference: { inference: { perform: true } },
	observability: { observability: { write: true } },
	agent: { kind: 'agent', agent: { admin: true, simulationAdmin: true } },
	room: { sub: 'ada', roomPreset: 'big', roomConfig: { emptyTimeout: 60,
	    agents: [{ agentName: 'bot' }] }, video: join_r },
	hash: { sha256: 'aGFzaA==' },
};

for (const [name, claims] of Object.entries(want)) {
	let got;
	try {
		const { iss, nbf, exp, ...rest } = JSON.parse(JSON.stringify(
		    await verifier.verify(tokens[name])));
		got = iss === key && nbf < Date.now() / 1000 &&
		    exp > Date.now() / 1000 ? rest : { iss, nbf, exp };
	} catch (err) {
		got = String(err);
	}
	is(got, claims, `the official SDK reads our token: ${name}`);
}

const refusal = async (token, from = verifier) =>
    from.verify(token).then(() => 'accepted', (err) => err.code);

is(await refusal(tokens.expired), 'ERR_JWT_EXPIRED',
    'the official SDK finds our old token expired');
is(await refusal(tokens.viewer, new TokenVerifier(key, secret + 'x')),
    'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    'the official SDK refuses our token under another secret');

// ---- webhooks of theirs ---------------------------------------------------

const work = mkdtempSync(join(tmpdir(), 'stagedoor-sdk-'));
const sign = async (body, by = secret, hash = true) => {
	const token = new AccessToken(key, by, { ttl: 300 });
	if (hash)
		token.sha256 = createHash('sha256').update(body).digest('base64');
	else
		token.addGrant({ roomList: true });
	return token.toJwt();
};
const hook = (header, body) => {
	writeFileSync(join(work, 'header'), header);
	writeFileSync(join(work, 'body'), body);
	return spawnSync(join(folder, 'livekit_hook'),
	    [join(work, 'header'), join(work, 'body')],
	    { encoding: 'utf8' }).stdout.trim();
};
const body = JSON.stringify({ event: 'room_started', id: 'EV_1',
	createdAt: '1785500000', room: { sid: 'RM_1', name: 'caf\u00e9 \u{1F600}' } });
const header = await sign(body);

is((await new WebhookReceiver(key, secret).receive(body, header)).room.name,
    'caf\u00e9 \u{1F600}', 'the official SDK accepts the webhook that it signed');
is(hook(header, body), 'room_started caf\u00e9 \u{1F600}',
    'we accept a webhook that the official SDK signed');
is(hook(`Bearer ${header}`, body), 'room_started caf\u00e9 \u{1F600}',
    'we accept it with Bearer before it');
is(hook(header, `${body} `),
    'refused: the body is not the one that was signed',
    'we refuse another body under that signature');
is(hook(await sign(body, secret, false), body),
    'refused: the body is not the one that was signed',
    'we refuse a token of the official SDK without a hash');
is(hook(await sign(body, 'another secret of thirty-two bytes'), body),
    "refused: the token's signature is wrong",
    'we refuse a webhook signed with another secret');
rmSync(work, { recursive: true });
process.exit(failed);
