// What the page says when something is wrong, and that it can be used without
// a mouse.
import {
	Story, check, http, launch, livekitHttp, newPage, one, openAs, password, pause, pictureAdvances, same, say,
	shot, site, two, until,
} from './browser_lib.mjs';

const network = [/Failed to load resource/, /WebSocket/, /ERR_/, /could not establish|NotAllowed/i];

async function startBare(who, title) {
	const reply = await http('POST', '/live/start', { token: who.token, body: { title } });
	same(reply.status, 201, 'start');
	return reply.json.stream.id;
}

const end = async (who, id) => id && http('POST', '/live/end', { token: who.token, body: { roomName: id } });

async function formCases(browser, host) {
	const { context, page } = await newPage(browser, { expected: network });
	await new Story().step('a wrong password is said beside the form and the name is kept', async () => {
		await page.goto(`${site}/#/sign-in`);
		await page.getByLabel('Username').fill(host.username);
		await page.getByLabel('Password').fill('not the right one');
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.getByRole('alert').filter({ hasText: /wrong/i }).waitFor();
		same(await page.getByLabel('Username').inputValue(), host.username, 'username');
		await shot(page, 'signin-wrong');
	});
	await new Story().step('a name that is taken is said at its field', async () => {
		await page.goto(`${site}/#/join`);
		await page.getByLabel('Username').fill(host.username);
		await page.getByLabel('Password').fill(password);
		await shot(page, 'join');
		await page.getByRole('button', { name: 'Create account' }).click();
		await page.getByRole('alert').filter({ hasText: /taken/i }).waitFor();
	});
	await new Story().step('the form works with the keyboard alone', async () => {
		await page.goto(`${site}/#/sign-in`);
		await page.getByLabel('Username').focus();
		await page.keyboard.type(host.username);
		await page.keyboard.press('Tab');
		await page.keyboard.type(password);
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { name: 'Live now' }).waitFor();
		same(await page.evaluate(() => document.activeElement.tagName), 'H1', 'focus after signing in');
	});
	await context.close();
}

async function visitorCases(browser, host, viewer) {
	const { context, page } = await newPage(browser, { expected: network });
	let id;
	await new Story().step('with nobody live the list says what to do', async () => {
		await page.goto(`${site}/`);
		const live = (await http('GET', '/live')).json.items.length;
		same(live, 0, 'streams open');
		await page.getByRole('heading', { name: 'Nobody is live right now' }).waitFor();
		await shot(page, 'empty');
	});
	await new Story().step('a visitor is asked to sign in and comes back to the stream', async () => {
		id = await startBare(host, 'A quiet evening');
		await page.goto(`${site}/#/live/${id}`);
		await page.getByText('Sign in to watch').waitFor();
		await shot(page, 'gate');
		await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
		await page.getByLabel('Username').fill(viewer.username);
		await page.getByLabel('Password').fill(password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.getByText('Waiting for the picture').waitFor({ timeout: 15_000 });
		check(page.url().includes(id), page.url());
		await shot(page, 'waiting');
	}, 40_000);
	await new Story().step('a session that ended elsewhere is said, with a way to sign in again', async () => {
		const [cookie] = await context.cookies();
		same((await http('POST', '/api/auth/logout', { token: cookie.value })).status, 204, 'logout');
		await page.getByText('Your session is over').waitFor();
		await page.getByText('Sign in to watch').waitFor();
		await shot(page, 'session-over');
	});
	await end(host, id);
	await new Story().step('a stream that never was is said to be none', async () => {
		await page.goto(`${site}/#/live/never-was`);
		await page.getByText('There is no stream here').waitFor();
		await shot(page, 'missing');
	});
	await context.close();
}

// The media server is behind a wall for this one browser context.
async function livekitDown(browser, host, viewer) {
	const { context, page } = await newPage(browser, { expected: network });
	const story = new Story();
	const media = new URL(livekitHttp).host;
	let wall = true;
	let id;
	await story.step('an unreachable media server is named', async () => {
		id = await startBare(host, 'Behind a wall');
		await openAs(page, viewer, '#/');
		await page.routeWebSocket((url) => url.host === media, (socket) => {
			if (wall) socket.close();
			else socket.connectToServer();
		});
		await page.route(`${livekitHttp}/**`, (route) => (wall ? route.abort() : route.continue()));
		await page.goto(`${site}/#/live/${id}`);
		await page.getByText('cannot be reached').waitFor({ timeout: 30_000 });
		await shot(page, 'unreachable');
	}, 50_000);
	await story.step('trying again joins once it is back', async () => {
		wall = false;
		await page.getByRole('button', { name: 'Try again' }).click();
		await page.getByText('Waiting for the picture').waitFor({ timeout: 20_000 });
	}, 30_000);
	await end(host, id);
	await context.close();
}

async function cameraRefused(host) {
	const browser = await launch({ camera: 'refuse' });
	const { page } = await newPage(browser, { expected: network });
	await new Story().step('a camera that is refused is said before any stream is started', async () => {
		await openAs(page, host, '#/go-live');
		await page.getByLabel('Title').fill('No camera');
		await page.getByRole('button', { name: 'Go live' }).click();
		await page.getByRole('alert').filter({ hasText: /may not use the camera|No camera/ }).waitFor();
		await shot(page, 'camera-refused');
		const mine = (await http('GET', '/live')).json.items.filter((stream) => stream.streamerId === host.id);
		same(mine.length, 0, 'streams started');
	});
	await browser.close();
}

// A second stream is refused, the page leads to the open one, and its host can
// take the camera up again there.
async function secondStream(browser, host) {
	const { context, page } = await newPage(browser, { expected: network });
	const story = new Story();
	let id;
	await story.step('a second stream is refused with a way to the open one', async () => {
		id = await startBare(host, 'The first one');
		await openAs(page, host, '#/go-live');
		await page.getByLabel('Title').fill('The second one');
		await page.getByRole('button', { name: 'Go live' }).click();
		await page.getByRole('link', { name: 'Go to your open stream' }).click();
		await page.getByRole('button', { name: 'End stream' }).waitFor({ timeout: 15_000 });
		check(page.url().includes(id), page.url());
		await pictureAdvances(page);
	}, 40_000);
	await story.step('chat says how long a message may be', async () => {
		await say(page, '😀'.repeat(501));
		await page.getByRole('alert').filter({ hasText: 'at most 500' }).waitFor();
		await page.getByLabel('Your message').fill('😀'.repeat(500));
		await page.getByRole('button', { name: 'Send' }).click();
		await until('the line is there', async () => (await page.locator('.line').count()) === 1);
		await shot(page, 'chat-long');
	});
	await story.step('talking too fast is refused with how long to wait, and the text is kept', async () => {
		const post = () => http('POST', `/api/chat/${id}/messages`, { token: host.token, body: { text: 'again' } });
		const input = page.getByLabel('Your message');
		const refusal = page.getByRole('alert').filter({ hasText: /Try again in \d+ s/ });
		// The limit lets one through each second: it may be this one.
		for (let i = 0; i < 8 && !(await refusal.isVisible()); i++) {
			for (let n = 0; (await post()).status !== 429; n++) check(n < 30, 'no limit on chat');
			await input.fill('One more thing');
			await input.press('Enter');
			await pause(300);
		}
		await refusal.waitFor();
		same(await input.inputValue(), 'One more thing', 'text');
		await shot(page, 'chat-fast');
	});
	await story.step('joining in a second window says so in the first', async () => {
		const second = await context.newPage();
		await second.goto(`${site}/#/live/${id}`);
		await page.getByText('You are here in another window').waitFor({ timeout: 20_000 });
		await second.close({ runBeforeUnload: false });
	}, 30_000);
	await end(host, id);
	await context.close();
}

// Playwright's own looking counts as a gesture of the user, so the refusal is
// brought about by hand: play() is not allowed before a click.
function refusePlay() {
	let clicked = false;
	const play = HTMLMediaElement.prototype.play;
	addEventListener('click', () => { clicked = true; }, true);
	HTMLMediaElement.prototype.play = function playAfterClick() {
		return clicked ? play.call(this) : Promise.reject(new DOMException('click first', 'NotAllowedError'));
	};
}

async function autoplayBlocked(browser, host, viewer) {
	const { page: hostPage } = await newPage(browser);
	const { page, context } = await newPage(browser, { expected: network });
	const story = new Story();
	let id;
	await story.step('where the browser wants a click before sound, there is a button', async () => {
		id = await startBare(host, 'With sound');
		await openAs(hostPage, host, `#/live/${id}`);
		await hostPage.getByRole('button', { name: 'End stream' }).waitFor({ timeout: 15_000 });
		await context.addInitScript(refusePlay);
		await openAs(page, viewer, `#/live/${id}`);
		const button = page.getByRole('button', { name: 'Click for picture and sound' });
		await button.waitFor({ timeout: 15_000 });
		await shot(page, 'blocked');
		await button.click();
		await button.waitFor({ state: 'hidden' });
		await pictureAdvances(page);
		const silent = await page.evaluate(() => [...document.querySelectorAll('audio')].filter((sound) => sound.paused).length);
		same(silent, 0, 'sounds that wait');
	}, 50_000);
	await end(host, id);
	await hostPage.context().close();
	await context.close();
}

export async function wrongStories() {
	const host = await one();
	const viewer = await two();
	const browser = await launch();
	await formCases(browser, host);
	await visitorCases(browser, host, viewer);
	await livekitDown(browser, host, viewer);
	await cameraRefused(host);
	await secondStream(browser, host);
	await autoplayBlocked(browser, host, viewer);
	await browser.close();
}
