// A page of our own on loopback that holds nothing but livekit-client, as a
// developer's would, and what is asked of the room in it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { livekitHttp } from './browser_lib.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const library = join(here, '../../www/node_modules/livekit-client/dist/livekit-client.umd.js');
const blank = '<!doctype html><meta charset="utf-8"><title>bare</title><link rel="icon" href="data:,">'
	+ '<video id="video" autoplay playsinline muted></video><script src="/livekit.js"></script>';

export async function serve() {
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
export const enter = (page, url, token) => page.evaluate(async ([address, jwt]) => {
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
export const refusal = (page, work) => page.evaluate(async (body) => {
	try {
		await new Function(`return (async () => {${body}})()`)();
		return null;
	} catch (error) {
		return { name: error.name, reason: error.reason, status: error.status, message: error.message };
	}
}, work);

export const framesDecoded = (page) => page.evaluate(async () => {
	for (const who of window.room.remoteParticipants.values())
		for (const publication of who.videoTrackPublications.values()) {
			const stats = await publication.track?.getRTCStatsReport();
			for (const one of stats?.values() ?? [])
				if (one.type === 'inbound-rtp' && one.framesDecoded > 0) return one.framesDecoded;
		}
	return 0;
});

export const validate = async (token) =>
	(await fetch(`${livekitHttp}/rtc/validate`, { headers: { Authorization: `Bearer ${token}` } })).status;
