#!/usr/bin/env node
// People in rooms, in Chromium with a fake camera, as another program tells them:
// a line of JSON on standard input for each step, a line of JSON in reply.
//   {"do": "enter", "who": "s", "browser": "one", "url": "ws://…", "token": "…"}
//   {"do": "leave" | "reload" | "seen", "who": "s"}, {"do": "simulate", "who", "scenario"}
//   {"do": "kill", "browser": "one"}
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { flags } from './browser_lib.mjs';
import { enter, serve } from './browser_room.mjs';

const browsers = new Map();
const pages = new Map();
const { server, address } = await serve();

// A browser's process, so that it can be killed as one.
async function browserNamed(name) {
	if (browsers.has(name)) return browsers.get(name);
	const started = await chromium.launchServer({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		headless: true, args: [...flags, '--use-fake-ui-for-media-stream'], ignoreDefaultArgs: ['--mute-audio'],
	});
	const made = { started, browser: await chromium.connect(started.wsEndpoint()) };
	browsers.set(name, made);
	return made;
}

const steps = {
	async enter({ who, browser, url, token, publish }) {
		const { browser: chrome } = await browserNamed(browser);
		const page = await (await chrome.newContext()).newPage();
		await page.goto(address);
		const identity = await enter(page, url, token);
		pages.set(who, page);
		await page.evaluate(async (camera) => {
			window.room.on('disconnected', () => { window.endedAt = Date.now(); });
			if (camera) await window.room.localParticipant.setCameraEnabled(true);
		}, publish === true);
		return { identity };
	},
	async leave({ who }) {
		await pages.get(who).close();
		return { at: Date.now() };
	},
	async simulate({ who, scenario }) {
		await pages.get(who).evaluate((name) => { window.room.simulateScenario(name); }, scenario);
		return {};
	},
	// How it stands with somebody: the reason of their disconnect, when, and whom they see.
	async seen({ who }) {
		return pages.get(who).evaluate(() => ({
			ended: window.ended, at: window.endedAt ?? 0, state: window.room.state,
			others: [...window.room.remoteParticipants.keys()],
		}));
	},
	async kill({ browser }) {
		const { started } = browsers.get(browser);
		browsers.delete(browser);
		started.process().kill('SIGKILL');
		return { at: Date.now() };
	},
};

for await (const line of createInterface({ input: process.stdin })) {
	const step = JSON.parse(line);
	let reply;
	try {
		reply = await steps[step.do](step);
	} catch (error) {
		reply = { error: String(error?.stack ?? error) };
	}
	process.stdout.write(`${JSON.stringify(reply)}\n`);
}
for (const { started } of browsers.values()) await started.close();
server.close();
