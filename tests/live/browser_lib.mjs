// What the browser tests share: cases with time-outs, the API over plain HTTP,
// Chromium with a fake camera, and an ear for everything a page complains of.
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';

function need(name) {
	const value = process.env[name];
	if (!value) {
		console.log(`not ok browser tests find ${name} in the environment`);
		console.log('# source the quickstart.env of a running ./quickstart first');
		process.exit(1);
	}
	return value.replace(/\/$/, '');
}

export const site = need('STAGEDOOR_URL');
export const livekit = need('LIVEKIT_URL');
export const livekitHttp = livekit.replace(/^ws/, 'http');

// ---- cases ---------------------------------------------------------------

let failed = 0;

export const failures = () => failed;

export function result(good, name, why = '') {
	if (good) return console.log(`ok ${name}`);
	failed++;
	for (const line of String(why).split('\n').slice(0, 12)) console.log(`# ${line}`);
	console.log(`not ok ${name}`);
}

function deadline(ms) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
	});
	return { late, clear: () => clearTimeout(timer) };
}

// A row of cases that build on each other: after one fails the rest are not
// tried, and count as failed.
export class Story {
	broken = false;

	async step(name, work, ms = 20_000) {
		if (this.broken) return result(false, name, 'an earlier step failed');
		const limit = deadline(ms);
		try {
			await Promise.race([work(), limit.late]);
			result(true, name);
		} catch (error) {
			this.broken = true;
			result(false, name, error?.stack ?? error);
		} finally {
			limit.clear();
		}
	}
}

export function check(truth, sentence) {
	if (!truth) throw new Error(sentence);
}

export function same(got, wanted, what) {
	check(got === wanted, `${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Asks until the answer is true; the error says what was seen last.
export async function until(what, ask, ms = 10_000) {
	const end = Date.now() + ms;
	for (;;) {
		const seen = await ask();
		if (seen === true) return;
		if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms (${JSON.stringify(seen)})`);
		await pause(100);
	}
}

// ---- the API -------------------------------------------------------------

export async function http(method, path, { token, body } = {}) {
	const headers = {};
	if (token) headers.Authorization = `Bearer ${token}`;
	if (body) headers['Content-Type'] = 'application/json';
	const reply = await fetch(site + path, {
		method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(10_000),
	});
	const text = await reply.text();
	return { status: reply.status, headers: reply.headers, json: text.startsWith('{') ? JSON.parse(text) : null };
}

const run = Date.now().toString(36).slice(-6);

export const password = 'correct horse battery';

const people = new Map();

// An account, made on first use, as there is a limit on making them; names are
// different in each run.
export async function person(name, displayName) {
	if (people.has(name)) return people.get(name);
	const username = `${name}_${run}`;
	const reply = await http('POST', '/api/auth/register', { body: { username, password, displayName } });
	check(reply.status !== 429, 'The limit on new accounts is reached; for more runs than a few start ./quickstart with STAGEDOOR_RATE_REGISTER=off.');
	same(reply.status, 201, `register ${username}`);
	const cookie = /^([^=]+)=([^;]*)/.exec(reply.headers.get('Set-Cookie'));
	const who = {
		username, displayName, token: reply.json.token, id: reply.json.user.id,
		cookie: { name: cookie[1], value: cookie[2], url: `${site}/` },
	};
	people.set(name, who);
	return who;
}

export const one = () => person('one', 'Wanda One');
export const two = () => person('two', 'Otto <i>Two</i>');

export async function viewerCount(id) {
	return (await http('GET', `/live/${id}`)).json?.stream?.viewerCount;
}

export const viewersBecome = (id, count) =>
	until(`viewerCount ${count}`, async () => {
		const seen = await viewerCount(id);
		return seen === count || seen;
	}, 3000);

// ---- Chromium ------------------------------------------------------------

export const flags = [
	'--no-sandbox', '--use-fake-device-for-media-stream', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync',
	'--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required',
];

// camera: "allow" answers the permission prompt with yes, "refuse" with no.
export function launch({ camera = 'allow' } = {}) {
	const args = [...flags];
	if (camera === 'allow') args.push('--use-fake-ui-for-media-stream');
	else args.push('--deny-permission-prompts');
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		headless: true, args, ignoreDefaultArgs: ['--mute-audio'],
	});
}

// What livekit-client writes when the server closes a room under it; the end of
// the connection can overtake the word that it is meant.
export const thrownOut = [/DataChannel error/, /data channel .* closed unexpectedly/, /error reading from signal stream .* code 1006/s];

// Listens to all that goes wrong in a page and to all it asks for.
export class Ear {
	complaints = [];
	addresses = [];

	// expected: patterns of complaints that a case brings about on purpose.
	constructor(page, expected = []) {
		const hear = (text) => {
			if (!expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
		};
		page.on('console', (message) => {
			if (message.type() === 'error') hear(`${message.text()} ${message.location().url ?? ''}`);
		});
		page.on('pageerror', (error) => hear(`uncaught: ${error.message}`));
		page.on('dialog', (dialog) => {
			hear(`dialog: ${dialog.message()}`);
			dialog.dismiss().catch(() => {});
		});
		page.on('request', (request) => this.addresses.push(request.url()));
		page.on('framenavigated', (frame) => this.addresses.push(frame.url()));
	}

	check() {
		check(this.complaints.length === 0, this.complaints.join('\n'));
	}

	checkNoSecretsInAddresses() {
		const bad = this.addresses.filter((address) => address.startsWith(site) && /eyJ|sd_/.test(address));
		check(bad.length === 0, bad.join('\n'));
	}
}

// Violations of the Content-Security-Policy become console errors in Chromium;
// the event says which directive.
export async function newPage(browser, { expected, ...options } = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
	await context.addInitScript(() => {
		addEventListener('securitypolicyviolation', (event) => {
			console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
		});
	});
	const page = await context.newPage();
	page.setDefaultTimeout(10_000);
	return { context, page, ear: new Ear(page, expected) };
}

// Through the form, as a person does.
export async function signIn(page, who) {
	await page.goto(`${site}/#/sign-in`);
	await page.getByLabel('Username').fill(who.username);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('heading', { name: 'Live now' }).waitFor();
}

// A page of somebody who is signed in already, at an address of ours.
export async function openAs(page, who, hash) {
	await page.context().addCookies([who.cookie]);
	await page.goto(`${site}/`);
	await page.evaluate(() => localStorage.setItem('stagedoor.signedIn', '1'));
	await page.goto(`${site}/${hash}`);
	await page.reload();
	await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

export const say = async (page, text) => {
	await page.getByLabel('Your message').fill(text);
	await page.getByRole('button', { name: 'Send' }).click();
};

// The watched picture moves on.
export async function pictureAdvances(page) {
	const time = () => page.evaluate(() => {
		const video = document.querySelector('video');
		return video && video.videoWidth > 0 ? video.currentTime : 0;
	});
	await until('the picture starts', async () => (await time()) > 0, 15_000);
	const before = await time();
	await until('the picture advances', async () => (await time()) > before + 0.5, 5000);
}

// A picture of the page for people to look at, where SHOTS names a folder.
export async function shot(page, name) {
	if (!process.env.SHOTS) return;
	await mkdir(process.env.SHOTS, { recursive: true });
	for (const scheme of ['light', 'dark']) {
		for (const width of [1280, 390]) {
			await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
			await page.emulateMedia({ colorScheme: scheme });
			await pause(150);
			await page.screenshot({ path: `${process.env.SHOTS}/${name}-${width}-${scheme}.png`, fullPage: width === 390 });
		}
	}
	await page.setViewportSize({ width: 1280, height: 800 });
	await page.emulateMedia({ colorScheme: 'light' });
}
