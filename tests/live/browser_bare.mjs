// The same stream with bare tokens: a page of our own on loopback holds
// nothing but livekit-client, as a developer's would.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
	Story, check, http, launch, livekit, livekitHttp, newPage, one, same, thrownOut, two, until, viewersBecome,
} from './browser_lib.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const library = join(here, '../../www/node_modules/livekit-client/dist/livekit-client.umd.js');
const blank = '<!doctype html><meta charset="utf-8"><title>bare</title><link rel="icon" href="data:,">'
	+ '<video id="video" autoplay playsinline muted></video><script src="/livekit.js"></script>';

async function serve() {
	const script = await readFile(library);
	const server = createServer((request, reply) => {
		const isScript = request.url === '/livekit.js';
		reply.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
		reply.end(isScript ? script : blank);
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

// Joins in the page; the room stays in window.room, its end in window.ended.
const join_ = (page, url, token) => page.evaluate(async ([address, jwt]) => {
	const room = new LivekitClient.Room();
	window.room = room;
	window.ended = null;
	room.on('disconnected', (reason) => { window.ended = reason; });
	room.on('trackSubscribed', (track) => {
		if (track.kind === 'video') track.attach(document.querySelector('#video'));
	});
	await room.connect(address, jwt);
	return room.localParticipant.identity;
}, [url, token]);

// What went wrong when it should: name, reason and message of the error.
const refusal = (page, work) => page.evaluate(async (body) => {
	try {
		await new Function(`return (async () => {${body}})()`)();
		return null;
	} catch (error) {
		return { name: error.name, reason: error.reason, status: error.status, message: error.message };
	}
}, work);

const framesDecoded = (page) => page.evaluate(async () => {
	for (const who of window.room.remoteParticipants.values())
		for (const publication of who.videoTrackPublications.values()) {
			const stats = await publication.track?.getRTCStatsReport();
			for (const one of stats?.values() ?? [])
				if (one.type === 'inbound-rtp' && one.framesDecoded > 0) return one.framesDecoded;
		}
	return 0;
});

const validate = async (token) =>
	(await fetch(`${livekitHttp}/rtc/validate`, { headers: { Authorization: `Bearer ${token}` } })).status;

export async function bareStory() {
	const story = new Story();
	const browser = await launch();
	const { server, address } = await serve();
	const refused = [/Failed to load resource/, /WebSocket connection/, /404|not exist|permission/i];
	const host = await newPage(browser, { expected: thrownOut });
	const viewer = await newPage(browser, { expected: [...thrownOut, ...refused] });
	let owner, guest, started, entry;

	await story.step('/live/start gives a stream and a token for the host', async () => {
		owner = await one();
		guest = await two();
		const reply = await http('POST', '/live/start', { token: owner.token, body: { title: 'Bare tokens' } });
		same(reply.status, 201, 'start');
		started = reply.json;
		same(started.serverUrl, livekit, 'serverUrl');
		same(started.stream.isLive, true, 'isLive');
	});
	await story.step('the host joins with it and publishes camera and microphone', async () => {
		await host.page.goto(address);
		same(await join_(host.page, started.serverUrl, started.token), owner.id, 'identity');
		await host.page.evaluate(async () => {
			await window.room.localParticipant.setCameraEnabled(true);
			await window.room.localParticipant.setMicrophoneEnabled(true);
		});
		same(await host.page.evaluate(() => window.room.localParticipant.trackPublications.size), 2, 'tracks');
	}, 30_000);
	await story.step('a viewer joins with the token of /live/token', async () => {
		const reply = await http('POST', '/live/token', {
			token: guest.token, body: { roomName: started.stream.id, participantName: 'Somebody' },
		});
		same(reply.status, 200, 'token');
		entry = reply.json;
		await viewer.page.goto(address);
		same(await join_(viewer.page, entry.serverUrl, entry.token), guest.id, 'identity');
		same(await viewer.page.evaluate(() => window.room.localParticipant.name), 'Somebody', 'name');
	}, 30_000);
	await story.step('the viewer decodes frames and the time of the video advances', async () => {
		await until('frames decoded', async () => (await framesDecoded(viewer.page)) > 10, 15_000);
		const time = () => viewer.page.evaluate(() => document.querySelector('#video').currentTime);
		const before = await time();
		await until('currentTime', async () => (await time()) > before + 0.5, 5000);
	}, 30_000);
	await story.step('viewerCount is 1 within 3 s of joining with a bare token', () => viewersBecome(started.stream.id, 1));
	await story.step('the viewer cannot publish', async () => {
		const error = await refusal(viewer.page, 'await window.room.localParticipant.setCameraEnabled(true)');
		check(error, 'publishing was not refused');
		check(/Publish|permission/i.test(`${error.name} ${error.message}`), JSON.stringify(error));
		same(await host.page.evaluate(() => [...window.room.remoteParticipants.values()]
			.reduce((sum, who) => sum + who.trackPublications.size, 0)), 0, 'tracks of the viewer');
	});
	await story.step('viewerCount is 0 within 3 s of leaving', async () => {
		await viewer.page.evaluate(() => window.room.disconnect());
		await viewersBecome(started.stream.id, 0);
	});
	await story.step('the same token lets the viewer back in while the stream is open', async () => {
		await join_(viewer.page, entry.serverUrl, entry.token);
		await viewersBecome(started.stream.id, 1);
		same(await validate(entry.token), 200, '/rtc/validate');
	}, 30_000);
	await story.step('/live/end by the viewer is refused', async () => {
		const reply = await http('POST', '/live/end', { token: guest.token, body: { roomName: started.stream.id } });
		same(reply.status, 403, 'end');
	});
	await story.step('/live/end throws both out', async () => {
		const reply = await http('POST', '/live/end', { token: owner.token, body: { roomName: started.stream.id } });
		same(reply.status, 200, 'end');
		same(reply.json.success, true, 'success');
		for (const { page } of [host, viewer])
			await until('disconnected', () => page.evaluate(() => window.ended !== null || window.room.state), 5000);
		same(await viewer.page.evaluate(() => window.ended), 5, 'reason (room deleted)');
	});
	await story.step("the viewer's old token no longer joins", async () => {
		same(await validate(entry.token), 404, '/rtc/validate');
		const error = await refusal(viewer.page,
			`await new LivekitClient.Room().connect(${JSON.stringify(entry.serverUrl)}, ${JSON.stringify(entry.token)})`);
		same(error?.name, 'ConnectionError', 'joining');
	});
	await story.step('a new token for the ended stream is refused with 410', async () => {
		const reply = await http('POST', '/live/token', {
			token: guest.token, body: { roomName: started.stream.id, participantName: 'Somebody' },
		});
		same(reply.status, 410, 'status');
		same(reply.json.code, 'room_ended', 'code');
	});
	await story.step('the bare pages had nothing to complain of', async () => {
		host.ear.check();
		viewer.ear.check();
	});
	await browser.close();
	server.close();
}
