// The same stream with bare tokens: a page of our own on loopback holds
// nothing but livekit-client, as a developer's would.
import {
	Story, check, http, launch, livekit, newPage, one, same, thrownOut, two, until, viewersBecome,
} from './browser_lib.mjs';
import { framesDecoded, enter, refusal, serve, validate } from './browser_room.mjs';

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
		same(await enter(host.page, started.serverUrl, started.token), owner.id, 'identity');
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
		same(await enter(viewer.page, entry.serverUrl, entry.token), guest.id, 'identity');
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
		await enter(viewer.page, entry.serverUrl, entry.token);
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
