// A class with bare tokens: what teachers decide reaches people inside, whatever
// token they came with and come back with.
import { Story, check, http, launch, livekit, newPage, person, same, thrownOut, until } from './browser_lib.mjs';
import { enter, refusal, serve } from './browser_room.mjs';

const WITHIN = 5000;	// how long a change may take to reach them
const REMOVED = 4, ROOM_DELETED = 5;

export async function classStory() {
	const story = new Story();
	const browser = await launch();
	const { server, address } = await serve();
	const refused = [/Failed to load resource/, /WebSocket connection/, /not exist|permission|publish/i];
	const pages = {}, people = {}, tokens = {};
	let room;

	const api = async (who, method, path, body, status) => {
		const reply = await http(method, path, { token: people[who].token, body });
		same(reply.status, status, `${who}: ${method} ${path}`);
		return reply.json;
	};
	const token = async (who, role) =>
		(await api(who, 'POST', '/api/connection-details', { roomName: room, role }, 200)).token;
	const about = (who, what) => `/api/rooms/${room}/participants/${people[who].id}${what}`;
	const comes = async (who, jwt) => {
		await pages[who].goto(address);
		same(await enter(pages[who], livekit, jwt), people[who].id, 'identity');
	};
	const permits = (who, body) => api('owner', 'PUT', about(who, '/permissions'), body, 204);
	const may = (who) => pages[who].evaluate(() => window.room.localParticipant.permissions.canPublish);
	const becomes = (who, wanted) => until(`${who} may ${wanted ? '' : 'not '}publish`, async () => await may(who) === wanted || await may(who), WITHIN);
	const speaks = (who) => pages[who].evaluate(async () => {
		await window.room.localParticipant.setMicrophoneEnabled(true);
		return window.room.localParticipant.trackPublications.size;
	});
	// Somebody's tracks as another one has them: "muted", "on".
	const heard = (by, who) => pages[by].evaluate((identity) => {
		const other = window.room.remoteParticipants.get(identity);
		return [...other?.trackPublications.values() ?? []].map((one) => one.isMuted ? 'muted' : 'on').join();
	}, people[who].id);
	const isHeard = (by, who, wanted) => until(`${by} has of ${who} "${wanted}"`, async () => {
		const seen = await heard(by, who);
		return seen === wanted || seen;
	}, WITHIN);
	const ended = (who, reason) => until(`${who} is disconnected`, async () => {
		const seen = await pages[who].evaluate(() => window.ended);
		return seen === reason || seen;
	}, WITHIN);
	// Thrown out sometimes before the connection is complete, which fails then.
	const comesInVain = async (who, jwt) => {
		await pages[who].goto(address);
		await enter(pages[who], livekit, jwt).catch(() => null);
		await until(`${who} is out again`, async () => {
			const state = await pages[who].evaluate(() => window.room.state);
			return state === 'disconnected' || state;
		}, WITHIN);
		await until(`${who} is seen no more`, () => pages.owner.evaluate((identity) =>
			!window.room.remoteParticipants.has(identity), people[who].id), WITHIN);
	};
	const listed = async (by) => (await api(by, 'GET', `/api/rooms/${room}/participants`, undefined, 200)).items;

	await story.step('a class with a student, a participant and a second teacher', async () => {
		for (const who of ['owner', 'student', 'participant', 'teacher']) {
			people[who] = await person(who);
			pages[who] = (await newPage(browser, { expected: [...thrownOut, ...refused] })).page;
		}
		const members = ['student', 'participant', 'teacher'].map((role) => ({ username: people[role].username, role }));
		room = (await api('owner', 'POST', '/api/rooms', { kind: 'class', displayName: 'Maths', members }, 201)).room.name;
		for (const who of Object.keys(people)) tokens[who] = await token(who);
	});
	await story.step('everybody comes in', async () => {
		for (const who of Object.keys(people)) await comes(who, tokens[who]);
		await until('all are listed', async () => (await listed('student')).length === 4, WITHIN);
		const roles = Object.fromEntries((await listed('owner')).map((one) => [one.identity, one.role]));
		same(roles[people.owner.id], 'teacher', 'role of the owner');
		same(roles[people.student.id], 'student', 'role of the student');
	}, 60_000);
	await story.step('a teacher and a participant may speak at once', async () => {
		same(await speaks('owner'), 1, 'tracks of the owner');
		same(await speaks('participant'), 1, 'tracks of the participant');
		await isHeard('student', 'participant', 'on');
		await isHeard('student', 'owner', 'on');
	});
	await story.step('a student cannot publish', async () => {
		check(await refusal(pages.student, 'await window.room.localParticipant.setMicrophoneEnabled(true)'), 'publishing was not refused');
		same(await heard('owner', 'student'), '', 'tracks of the student');
	});
	await story.step('raises a hand, and the teacher sees it', async () => {
		await api('student', 'PUT', `/api/rooms/${room}/participants/me/hand`, { raised: true }, 204);
		const hands = (await listed('owner')).filter((one) => one.handRaised).map((one) => one.identity);
		same(hands.join(), people.student.id, 'hands');
	});
	await story.step('is allowed to, publishes, and the hand is down', async () => {
		await permits('student', { canPublish: true });
		await becomes('student', true);
		same(await speaks('student'), 1, 'tracks of the student');
		await isHeard('owner', 'student', 'on');
		same((await listed('owner')).filter((one) => one.handRaised).length, 0, 'hands');
		tokens.allowed = await token('student');
	});
	await story.step('is muted: so the others have it', async () => {
		await api('teacher', 'PUT', about('student', '/mute'), { source: 'microphone', muted: true }, 204);
		await isHeard('owner', 'student', 'muted');
		await isHeard('participant', 'student', 'muted');
		await api('owner', 'PUT', about('student', '/mute'), { source: 'microphone', muted: false }, 409);
		await api('owner', 'PUT', about('student', '/mute'), { source: 'camera', muted: true }, 404);
	});
	await story.step('loses it again: what was published is gone', async () => {
		await permits('student', { canPublish: false });
		await becomes('student', false);
		await isHeard('owner', 'student', '');
	});
	await story.step('comes back with the first token and still cannot', async () => {
		await pages.student.evaluate(() => window.room.disconnect());
		await comes('student', tokens.student);
		await becomes('student', false);
		check(await refusal(pages.student, 'await window.room.localParticipant.setMicrophoneEnabled(true)'), 'publishing was not refused');
	}, 30_000);
	await story.step('comes back with the one of when it was allowed, and cannot within 5 s', async () => {
		await pages.student.evaluate(() => window.room.disconnect());
		await comes('student', tokens.allowed);
		await refusal(pages.student, 'await window.room.localParticipant.setMicrophoneEnabled(true)');
		await becomes('student', false);
		await isHeard('owner', 'student', '');
	}, 30_000);
	await story.step('a changed role reaches who is inside', async () => {
		await api('owner', 'PUT', `/api/rooms/${room}/members/${people.participant.username}`, { role: 'student' }, 204);
		await becomes('participant', false);
		await isHeard('owner', 'participant', '');
	});
	await story.step('the owner is removed and muted by nobody', async () => {
		const reply = await http('DELETE', about('owner', ''), { token: people.teacher.token });
		same(reply.status, 403, 'remove');
		same(reply.json.code, 'owner_protected', 'code');
		await api('teacher', 'PUT', about('owner', '/mute'), { source: 'microphone', muted: true }, 403);
		same(await heard('student', 'owner'), 'on', 'tracks of the owner');
	});
	await story.step('a second teacher is, and is out again with the old token', async () => {
		await api('owner', 'DELETE', about('teacher', ''), undefined, 204);
		await ended('teacher', REMOVED);
		await comesInVain('teacher', tokens.teacher);
		await api('teacher', 'POST', '/api/connection-details', { roomName: room }, 403);
	}, 30_000);
	await story.step('who is no member any more is out, and stays out', async () => {
		await api('owner', 'DELETE', `/api/rooms/${room}/members/${people.student.username}`, undefined, 204);
		await ended('student', REMOVED);
		await comesInVain('student', tokens.allowed);
		await api('student', 'POST', '/api/connection-details', { roomName: room }, 403);
	}, 30_000);
	await story.step('the end of the class is the end for everybody', async () => {
		await api('owner', 'DELETE', `/api/rooms/${room}`, undefined, 204);
		await ended('owner', ROOM_DELETED);
		await ended('participant', ROOM_DELETED);
		await api('participant', 'POST', '/api/connection-details', { roomName: room }, 410);
	});
	await browser.close();
	server.close();
}
