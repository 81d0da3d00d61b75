// A browser on air with a stream key: a page of the site posts its offer to
// /whip; a guest, a signed-in viewer and the creator's self-view watch.
import {
	Story, check, http, launch, livekit, newPage, one, pause, same, site, thrownOut, two, until,
} from './browser_lib.mjs';
import { enter, framesDecoded, refusal, serve } from './browser_room.mjs';

// Publishes from the page; window.whip keeps the connection and its address.
const publish = (page, url, key) => page.evaluate(async ([address, bearer]) => {
	const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 180 } });
	const pc = new RTCPeerConnection();
	for (const track of media.getTracks()) pc.addTransceiver(track, { direction: 'sendonly', streams: [media] });
	await pc.setLocalDescription();
	await new Promise((done) => {
		pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done();
		setTimeout(done, 2000);
	});
	const reply = await fetch(address, {
		method: 'POST', body: pc.localDescription.sdp,
		headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${bearer}` },
	});
	const answer = await reply.text();
	if (reply.status === 201) await pc.setRemoteDescription({ type: 'answer', sdp: answer });
	window.whip = { pc, address: reply.headers.get('Location') };
	return { status: reply.status, location: reply.headers.get('Location'), etag: reply.headers.get('ETag') };
}, [url, key]);

const connection = (page) => page.evaluate(() => window.whip.pc.connectionState);

const stop = (page, key) => page.evaluate(async (bearer) => {
	const reply = await fetch(window.whip.address, { method: 'DELETE', headers: { Authorization: `Bearer ${bearer}` } });
	window.whip.pc.close();
	return reply.status;
}, key);

const may = (page) => page.evaluate(() => {
	const permissions = window.room.localParticipant.permissions;
	return permissions && { publish: permissions.canPublish, data: permissions.canPublishData };
});

const mayWrite = (page, wanted) => until(`canPublishData ${wanted}`, async () => {
	const seen = await may(page);
	return seen?.data === wanted || seen;
}, 5000);

const ended = (page) => page.evaluate(() => window.ended);

// What a page hears as text, in window.heard.
const listen = (page) => page.evaluate(() => {
	window.heard = [];
	window.room.registerTextStreamHandler('lk.chat', async (reader) => window.heard.push(await reader.readAll()));
});

const sendText = (page, text) => page.evaluate((words) =>
	window.room.localParticipant.sendText(words, { topic: 'lk.chat' }).then(() => true), text);

const hears = (page, text) => until(`"${text}" is heard`, () => page.evaluate((words) => window.heard.includes(words), text), 5000);

const watches = async (page) => {
	await until('frames decoded', async () => (await framesDecoded(page)) > 10, 15_000);
	const time = () => page.evaluate(() => document.querySelector('#video').currentTime);
	const before = await time();
	await until('currentTime', async () => (await time()) > before + 0.5, 5000);
};

class Channel {
	constructor(owner) {
		this.owner = owner;
	}

	async create() {
		const reply = await http('POST', '/api/stream/create', {
			token: this.owner.token, body: { title: 'From a browser', ingressType: 'WHIP' },
		});
		same(reply.status, 201, `create ${JSON.stringify(reply.json)}`);
		this.ingress = reply.json.ingress;
	}

	async status() {
		return (await http('GET', '/api/stream/status', { token: this.owner.token })).json;
	}

	async listed() {
		const { json } = await http('GET', '/api/viewer/live?limit=100');
		return json.items.find((channel) => channel.username === this.owner.username);
	}

	async chat(settings) {
		const begun = Date.now();
		const reply = await http('PUT', '/api/stream/chat-settings', { token: this.owner.token, body: settings });
		same(reply.status, 200, 'chat-settings');
		check(Date.now() - begun < 1000, `the settings are answered after ${Date.now() - begun} ms`);
	}

	// A token to watch, for a signed-in viewer or a guest of a name.
	async entry(viewer, guestName) {
		const reply = await http('POST', '/api/viewer/token', {
			token: viewer?.token, body: { hostId: this.owner.id, guestName },
		});
		same(reply.status, 200, `viewer token ${JSON.stringify(reply.json)}`);
		same(reply.json.wsUrl, livekit, 'wsUrl');
		return reply.json;
	}

	viewersBecome(count) {
		return until(`viewerCount ${count}`, async () => {
			const seen = [(await this.status()).viewerCount, (await this.listed())?.viewerCount];
			return seen.every((n) => n === count) || seen;
		}, 3000);
	}
}

export async function whipStory() {
	const story = new Story();
	const browser = await launch();
	const { server, address } = await serve();
	const refused = [/Failed to load resource/, /WebSocket connection/, /404|not exist|permission/i];
	const host = await newPage(browser);
	const guest = await newPage(browser, { expected: [...thrownOut, ...refused] });
	const viewer = await newPage(browser, { expected: [...thrownOut, ...refused] });
	const self = await newPage(browser, { expected: thrownOut });
	const studio = await newPage(browser, { expected: thrownOut });
	let channel, person, guestEntry, entry;

	await story.step('a creator gets a channel and a WHIP key', async () => {
		channel = new Channel(await one());
		person = await two();
		await channel.create();
		same(channel.ingress.serverUrl, `${site}/whip`, 'serverUrl');
	});
	await story.step('a page that posts its offer to /whip is live within 3 s', async () => {
		await host.page.goto(`${site}/`);
		const begun = Date.now();
		const answer = await publish(host.page, channel.ingress.serverUrl, channel.ingress.streamKey);
		same(answer.status, 201, 'status');
		check(answer.location.includes('/whip/') && /^"[^"]+"$/.test(answer.etag), JSON.stringify(answer));
		await until('the channel is in the list', async () => Boolean(await channel.listed()), 3000 - (Date.now() - begun));
		same((await channel.status()).isLive, true, 'isLive');
		await until('the connection', async () => (await connection(host.page)) === 'connected', 5000);
	}, 30_000);
	await story.step('a guest joins and sees frames', async () => {
		guestEntry = await channel.entry(null, 'Gaby');
		await guest.page.goto(address);
		same(await enter(guest.page, guestEntry.wsUrl, guestEntry.token), guestEntry.identity, 'identity');
		check(/^guest-\d+-\w+$/.test(guestEntry.identity), guestEntry.identity);
		await watches(guest.page);
	}, 40_000);
	await story.step('a signed-in viewer joins and sees frames', async () => {
		entry = await channel.entry(person);
		await viewer.page.goto(address);
		same(await enter(viewer.page, entry.wsUrl, entry.token), person.id, 'identity');
		await watches(viewer.page);
	}, 40_000);
	for (const [who, { page }] of [['the guest', guest], ['the viewer', viewer]])
		await story.step(`${who} cannot publish`, async () => {
			same((await may(page)).publish, false, 'canPublish');
			const error = await refusal(page, 'await window.room.localParticipant.setCameraEnabled(true)');
			check(error && /Publish|permission/i.test(`${error.name} ${error.message}`), JSON.stringify(error));
		});
	await story.step('viewerCount is 2 within 3 s', () => channel.viewersBecome(2));
	await story.step("the creator's self-view sees frames and does not count", async () => {
		const reply = await http('POST', '/api/stream/creator-token', { token: channel.owner.token });
		same(reply.status, 200, 'creator-token');
		await self.page.goto(address);
		same(await enter(self.page, reply.json.wsUrl, reply.json.token), `Host-${channel.owner.id}`, 'identity');
		await watches(self.page);
		same((await may(self.page)).publish, false, 'canPublish');
		await channel.viewersBecome(2);
		same((await connection(host.page)), 'connected', 'the publisher is still there');
	}, 40_000);
	await story.step('guest and viewer may write, and are heard', async () => {
		await listen(self.page);
		await mayWrite(guest.page, true);
		await mayWrite(viewer.page, true);
		await sendText(guest.page, 'from the guest');
		await hears(self.page, 'from the guest');
	});
	await story.step('chat off: within 5 s nobody inside may write', async () => {
		await channel.chat({ isChatEnabled: false });
		await Promise.all([mayWrite(guest.page, false), mayWrite(viewer.page, false)]);
	});
	await story.step('chat off: what is sent all the same is dropped', async () => {
		await sendText(guest.page, 'against the rule');
		await pause(1500);
		check(!(await self.page.evaluate(() => window.heard)).includes('against the rule'), 'it was heard');
	});
	await story.step('chat off: who rejoins with the old token loses the right again within 5 s', async () => {
		await viewer.page.evaluate(() => window.room.disconnect());
		await enter(viewer.page, entry.wsUrl, entry.token);
		await mayWrite(viewer.page, false);
		same((await may(viewer.page)).publish, false, 'canPublish');
	}, 30_000);
	await story.step('for followers only: within 5 s who follows may write, others may not', async () => {
		const path = `/api/users/${channel.owner.username}/follow`;
		same((await http('PUT', path, { token: person.token })).status, 204, 'follow');
		await channel.chat({ isChatEnabled: true, isChatFollowersOnly: true });
		await mayWrite(viewer.page, true);
		await mayWrite(guest.page, false);
	});
	await story.step('for everybody again: within 5 s the guest may write and is heard', async () => {
		await channel.chat({ isChatFollowersOnly: false });
		await mayWrite(guest.page, true);
		await sendText(guest.page, 'back again');
		await hears(self.page, 'back again');
	});
	await story.step('blocked: the viewer is thrown out, and not counted', async () => {
		const path = `/api/users/${person.username}/block`;
		same((await http('PUT', path, { token: channel.owner.token })).status, 204, 'block');
		await until('disconnected', async () => (await ended(viewer.page)) === 4 || ended(viewer.page), 5000);
		await channel.viewersBecome(1);
	});
	await story.step('blocked: no page, no token', async () => {
		const page = await http('GET', `/api/viewer/stream/${channel.owner.username}`, { token: person.token });
		same(page.status, 404, 'the page');
		const reply = await http('POST', '/api/viewer/token', { token: person.token, body: { hostId: channel.owner.id } });
		same(`${reply.status} ${reply.json.code}`, '403 blocked', 'the token');
	});
	await story.step('blocked: the old token is thrown out again within 5 s', async () => {
		await enter(viewer.page, entry.wsUrl, entry.token).catch(() => {});
		await until('disconnected', async () => (await ended(viewer.page)) !== null
			|| (await viewer.page.evaluate(() => window.room.state)) === 'disconnected', 5000);
		await channel.viewersBecome(1);
	}, 30_000);
	await story.step('DELETE: the channel is off the air within 25 s', async () => {
		same(await stop(host.page, channel.ingress.streamKey), 200, 'DELETE');
		await until('off the air', async () => !(await channel.status()).isLive && !(await channel.listed()), 25_000);
	}, 30_000);
	await story.step('the browser studio is on air within 3 s of publishing, with its own token', async () => {
		const reply = await http('POST', '/api/stream/creator-token', { token: channel.owner.token, body: { publish: true } });
		same(reply.status, 200, `creator-token ${JSON.stringify(reply.json)}`);
		await studio.page.goto(address);
		same(await enter(studio.page, reply.json.wsUrl, reply.json.token), channel.owner.id, 'identity');
		await studio.page.evaluate(() => window.room.localParticipant.setCameraEnabled(true));
		await until('on air', async () => (await channel.status()).isLive && Boolean(await channel.listed()), 3000);
		await watches(guest.page);
	}, 40_000);
	await story.step('ended: off the air at once, and the studio is thrown out', async () => {
		const reply = await http('POST', '/api/stream/end', { token: channel.owner.token });
		same(`${reply.status} ${reply.json.isLive}`, '200 false', 'end');
		same((await channel.status()).isLive, false, 'isLive');
		check(!(await channel.listed()), 'it is in the list');
		await until('disconnected', async () => (await ended(studio.page)) === 4 || ended(studio.page), 5000);
	});
	await story.step('the key was in no address, and the pages had nothing to complain of', async () => {
		for (const { ear } of [host, guest, viewer, self, studio]) {
			ear.check();
			ear.checkNoSecretsInAddresses();
			check(!ear.addresses.some((at) => at.startsWith('http') && at.includes(channel.ingress.streamKey)), 'the stream key');
		}
	});
	await browser.close();
	server.close();
}
