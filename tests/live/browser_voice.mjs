// A voice channel with bare tokens: two people hear each other, the microphone
// and nothing more is theirs to publish until the channel says so, and who has
// no business there is refused or thrown out.
import { Story, check, http, launch, livekit, newPage, pause, person, same, thrownOut, until } from './browser_lib.mjs';
import { enter, refusal, serve } from './browser_room.mjs';

const WITHIN = 5000;	// how long a change may take to reach them
const REMOVED = 4, ROOM_DELETED = 5;
const SILENCE = 0.001;	// level; Chromium's fake microphone beeps far above it

export async function voiceStory() {
	const story = new Story();
	const browser = await launch();
	const { server, address } = await serve();
	const refused = [/Failed to load resource/, /WebSocket connection/, /not exist|permission|publish|connect/i];
	const pages = {}, people = {}, tokens = {};
	let space, elsewhere, channel;

	const api = async (who, method, path, body, status) => {
		const reply = await http(method, path, { token: people[who].token, body });
		same(reply.status, status, `${who}: ${method} ${path}`);
		return reply.json;
	};
	const token = async (who) =>
		(await api(who, 'POST', '/api/livekit/token', { channelId: channel.id }, 200)).token;
	const comes = async (who, jwt) => {
		await pages[who].goto(address);
		same(await enter(pages[who], livekit, jwt), people[who].id, 'identity');
	};
	const turns = (who, source, on) => pages[who].evaluate(async ([kind, wanted]) => {
		await window.room.localParticipant[`set${kind}Enabled`](wanted);
		return window.room.localParticipant.trackPublications.size;
	}, [source, on]);
	// The loudest that one was for another within a time: level of what is
	// received, as the receiver plays it.
	const loudest = (by, who, ms) => pages[by].evaluate(async ([identity, time]) => {
		let most = 0;
		for (const end = Date.now() + time; Date.now() < end;) {
			const other = window.room.remoteParticipants.get(identity);
			const track = [...other?.audioTrackPublications.values() ?? []][0]?.track;
			if (track?.attachedElements.length === 0) document.body.append(track.attach());
			for (const one of (await track?.getRTCStatsReport())?.values() ?? [])
				if (one.type === 'inbound-rtp') most = Math.max(most, one.audioLevel ?? 0);
			await new Promise((done) => setTimeout(done, 50));
		}
		return most;
	}, [people[who].id, ms]);
	const hears = (by, who) => until(`${by} hears ${who}`, async () => {
		const level = await loudest(by, who, 1000);
		if (level > SILENCE) console.log(`# ${by} hears ${who} at ${level.toFixed(3)}`);
		return level > SILENCE || level;
	}, 15_000);
	const sees = (by, who) => pages[by].evaluate((identity) =>
		window.room.remoteParticipants.get(identity)?.videoTrackPublications.size ?? 0, people[who].id);
	const sources = (who) => pages[who].evaluate(() =>
		(window.room.localParticipant.permissions.canPublishSources ?? []).length);
	const beside = async (by) => {
		const { items } = await api(by, 'GET', `/api/workspaces/${space}/channels`, undefined, 200);
		return items.find((one) => one.id === channel.id).participants.map((one) => one.name).sort().join();
	};
	const isBeside = (wanted) => until(`beside the channel stands "${wanted}"`, async () => {
		const seen = await beside('ann');
		return seen === wanted || seen;
	}, WITHIN);
	const change = (body) => api('ann', 'PUT', `/api/workspaces/${space}/channels/${channel.id}`, body, 200);
	const ended = (who, reason) => until(`${who} is disconnected`, async () => {
		const seen = await pages[who].evaluate(() => window.ended);
		return seen === reason || seen;
	}, WITHIN);

	await story.step('two people in a workspace, and one of another', async () => {
		for (const [who, shown] of [['ann', 'Ann'], ['ben', 'Ben'], ['eve', 'Eve']]) {
			people[who] = await person(who, shown);
			pages[who] = (await newPage(browser, { expected: [...thrownOut, ...refused] })).page;
		}
		space = (await api('ann', 'POST', '/api/workspaces', { name: 'Friends' }, 201)).workspace.id;
		elsewhere = (await api('eve', 'POST', '/api/workspaces', { name: 'Others' }, 201)).workspace.id;
		await api('eve', 'POST', `/api/workspaces/${elsewhere}/channels`, { name: 'Lounge' }, 201);
		await api('ann', 'PUT', `/api/workspaces/${space}/members/${people.ben.username}`, { role: 'member' }, 204);
		channel = (await api('ann', 'POST', `/api/workspaces/${space}/channels`, { name: 'Lounge' }, 201)).channel;
		same(await beside('ben'), '', 'people beside the channel');
	});
	await story.step('both come in with the microphone on', async () => {
		for (const who of ['ann', 'ben']) {
			tokens[who] = await token(who);
			await comes(who, tokens[who]);
			same(await turns(who, 'Microphone', true), 1, `tracks of ${who}`);
		}
	}, 40_000);
	await story.step('and hear each other', async () => {
		await hears('ann', 'ben');
		await hears('ben', 'ann');
	}, 40_000);
	await story.step('silence is heard as such', async () => {
		await turns('ben', 'Microphone', false);
		await pause(1000);
		const level = await loudest('ann', 'ben', 2000);
		check(level <= SILENCE, `who is muted is heard at ${level}`);
		await turns('ben', 'Microphone', true);
		await hears('ann', 'ben');
	}, 40_000);
	await story.step('the list beside the channel shows both', () => isBeside('Ann,Ben'));
	await story.step('the camera is refused', async () => {
		check(await refusal(pages.ben, 'await window.room.localParticipant.setCameraEnabled(true)'), 'the camera was not refused');
		same(await sees('ann', 'ben'), 0, 'pictures of ben');
	});
	await story.step('until the channel allows it: for who is inside, with no new token', async () => {
		await change({ sources: ['microphone', 'camera'] });
		await until('ben may publish two sources', async () => await sources('ben') === 2 || await sources('ben'), WITHIN);
		await turns('ben', 'Camera', true);
		await until('ann sees ben', async () => await sees('ann', 'ben') === 1 || await sees('ann', 'ben'), WITHIN);
		await hears('ann', 'ben');
	}, 40_000);
	await story.step('and takes it back: the picture is gone, the voice is not', async () => {
		await change({ sources: ['microphone'] });
		await until('ann sees ben no more', async () => await sees('ann', 'ben') === 0 || await sees('ann', 'ben'), WITHIN);
		await hears('ann', 'ben');
	}, 40_000);
	await story.step('a member of another workspace gets neither token nor list', async () => {
		const refusal403 = await api('eve', 'POST', '/api/livekit/token', { channelId: channel.id }, 403);
		same(refusal403.code, 'not_member', 'code');
		for (const path of ['', '/members', '/channels'])
			same((await api('eve', 'GET', `/api/workspaces/${space}${path}`, undefined, 404)).code, 'no_workspace', 'code');
		await api('eve', 'PUT', `/api/workspaces/${elsewhere}/channels/${channel.id}`, { sources: ['microphone', 'camera'] }, 404);
		await api('eve', 'DELETE', `/api/workspaces/${elsewhere}/channels/${channel.id}`, undefined, 404);
		const { rooms } = await api('eve', 'GET', '/api/livekit/rooms?kind=voice', undefined, 200);
		check(rooms.every((one) => one.room !== channel.room), 'the room is listed for somebody else');
	});
	await story.step('who leaves the call is gone from the list', async () => {
		await pages.ben.evaluate(() => window.room.disconnect());
		await isBeside('Ann');
		await comes('ben', tokens.ben);
		await isBeside('Ann,Ben');
	}, 30_000);
	await story.step('who is put out of the workspace is disconnected within 5 s', async () => {
		await api('ann', 'DELETE', `/api/workspaces/${space}/members/${people.ben.username}`, undefined, 204);
		await ended('ben', REMOVED);
		await isBeside('Ann');
	});
	await story.step('and does not come back with the old token', async () => {
		await pages.ben.goto(address);
		// Thrown out sometimes before the connection is complete, which fails then.
		await enter(pages.ben, livekit, tokens.ben).catch(() => null);
		await until('ben is out again', async () => {
			const state = await pages.ben.evaluate(() => window.room.state);
			return state === 'disconnected' || state;
		}, WITHIN);
		await isBeside('Ann');
		await api('ben', 'POST', '/api/livekit/token', { channelId: channel.id }, 403);
	}, 30_000);
	await story.step('the end of the workspace is the end of its calls', async () => {
		await api('ann', 'DELETE', `/api/workspaces/${space}`, undefined, 204);
		await ended('ann', ROOM_DELETED);
		await api('ann', 'POST', '/api/livekit/token', { channelId: channel.id }, 404);
	});
	await browser.close();
	server.close();
}
