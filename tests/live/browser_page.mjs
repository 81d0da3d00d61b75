// One stream through the page: the host with a fake camera, a viewer beside.
import {
	Story, check, http, launch, newPage, pictureAdvances, same, say, shot, signIn, site, thrownOut, two, until,
	viewersBecome,
} from './browser_lib.mjs';

const nasty = '<img src=x onerror="document.title=1;alert(1)"></script>\u2028<b>bold</b>';
// What naive pages have stumbled over, one line each.
const naughty = [
	nasty, '"><svg onload=alert(1)>', "javascript:alert('1')", '</li></ol><iframe src=//example.invalid>', '&lt;b&gt; &amp; &#x41;',
	'\u202Etxet desrever\u202C and back', '\u0627\u0644\u0633\u0644\u0627\u0645', '${7*7} {{7*7}} %00 %s', '\uD83D\uDC69\u200D\uD83D\uDCBB',
	'Z\u0351\u036B\u0343A\u0315L\u0321G\u0322O',
].join('\n');

export async function pageStory() {
	const story = new Story();
	const browser = await launch();
	const host = await newPage(browser, { expected: thrownOut });
	const viewer = await newPage(browser, { expected: thrownOut });
	let id;

	await new Story().step('the page and its policy come from the mount point', async () => {
		const reply = await fetch(`${site}/`);
		same(reply.status, 200, 'GET /');
		const policy = reply.headers.get('Content-Security-Policy') ?? '';
		for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"])
			check(policy.includes(part), `Content-Security-Policy lacks ${part}: ${policy}`);
		check(!policy.includes('unsafe'), policy);
		check(/^(no-referrer|same-origin)$/.test(reply.headers.get('Referrer-Policy') ?? ''), 'Referrer-Policy');
		same(reply.headers.get('Cross-Origin-Opener-Policy'), 'same-origin', 'Cross-Origin-Opener-Policy');
		same(reply.headers.get('X-Content-Type-Options'), 'nosniff', 'X-Content-Type-Options');
		const api = await fetch(`${site}/openapi.json`);
		same((await api.json()).openapi, '3.1.0', 'openapi.json');
	});
	await story.step('a visitor sees what to do, without an error in the console', async () => {
		await viewer.page.goto(`${site}/`);
		await viewer.page.getByRole('heading', { name: 'Live now' }).waitFor();
		await viewer.page.getByRole('navigation').getByRole('link', { name: 'Sign in' }).waitFor();
		viewer.ear.check();
	});
	await story.step('an account is made through the form', async () => {
		const { page } = host;
		const username = `host_${Date.now().toString(36).slice(-6)}`;
		await page.goto(`${site}/#/join`);
		await page.getByLabel('Username').fill(username);
		await page.getByLabel('Password').fill('correct horse battery');
		await page.getByLabel('Name shown to others').fill('Hanna Host');
		await page.getByRole('button', { name: 'Create account' }).click();
		await page.getByRole('heading', { name: 'Live now' }).waitFor();
		await page.getByText('Hanna Host').waitFor();
	});
	await story.step('the host goes live with camera and microphone', async () => {
		const { page } = host;
		await page.getByRole('link', { name: 'Go live' }).first().click();
		await page.getByRole('button', { name: 'Turn on the camera' }).click();
		await until('the mirror shows a picture', () => page.evaluate(() => document.querySelector('video').videoWidth > 0));
		await shot(page, 'golive');
		await page.getByLabel('Title').fill(`Open rehearsal ${nasty}`);
		await page.getByRole('button', { name: 'Go live' }).click();
		await page.getByRole('button', { name: 'End stream' }).waitFor({ timeout: 15_000 });
		id = /#\/live\/([^/?]+)/.exec(page.url())?.[1];
		check(id, `address ${page.url()}`);
		await pictureAdvances(page);
	}, 40_000);
	await story.step('a second person signs in and finds the stream in the list', async () => {
		await signIn(viewer.page, await two());
		await viewer.page.getByRole('link', { name: /Open rehearsal/ }).waitFor();
		await shot(viewer.page, 'list');
	});
	await story.step('R15 a title with markup is shown as text', async () => {
		const text = await viewer.page.locator('.tile-title').first().textContent();
		check(text.includes('<img src=x onerror='), text);
		same(await viewer.page.locator('main img').count(), 0, 'images in the list');
	});
	await story.step('the viewer sees the picture advance', async () => {
		await viewer.page.getByRole('link', { name: /Open rehearsal/ }).first().click();
		await pictureAdvances(viewer.page);
	}, 30_000);
	await story.step('viewerCount is 1 within 3 s', () => viewersBecome(id, 1));
	await story.step('the page says that one is watching', async () => {
		await host.page.getByText('1 watching').waitFor();
	});
	await story.step('chat lines appear at the other side', async () => {
		await say(viewer.page, 'Hello from the front row');
		await host.page.getByText('Hello from the front row').waitFor();
		await say(host.page, 'Welcome, everybody! The doors are open and we start in a minute.');
		await viewer.page.getByText('Welcome, everybody!').waitFor();
	});
	await story.step('R15 chat text with markup is shown as text and runs nothing', async () => {
		const viewers = await two();
		const reply = await http('POST', `/api/chat/${id}/messages`, { token: viewers.token, body: { text: naughty } });
		same(reply.status, 201, 'posting');
		const line = host.page.locator('.line').last();
		await line.getByText('<img src=x onerror=').waitFor();
		same(await line.locator('.said').textContent(), naughty, 'text');
		same(await line.locator('.who').textContent(), viewers.displayName, 'name');
		same(await host.page.locator('.lines :not(div, span, time)').count(), 0, 'elements from text');
		check((await host.page.title()).startsWith('Open rehearsal'), await host.page.title());
	});
	await story.step('no line is shown twice', async () => {
		const ids = () => viewer.page.locator('.line').evaluateAll((all) => all.map((line) => line.dataset.id));
		await until('three lines', async () => (await ids()).length >= 3);
		const lines = await ids();
		same(new Set(lines).size, lines.length, 'distinct lines');
		same(lines.length, 3, 'lines');
		await shot(viewer.page, 'watch');
		await shot(host.page, 'host');
	});
	await story.step('the host turns the camera off and on, and the viewer is told', async () => {
		await host.page.getByRole('button', { name: 'Camera off' }).click();
		await viewer.page.getByText('Waiting for the picture').waitFor();
		await shot(viewer.page, 'nocamera');
		await host.page.getByRole('button', { name: 'Camera on' }).click();
		await viewer.page.getByText('Waiting for the picture').waitFor({ state: 'hidden' });
		await pictureAdvances(viewer.page);
	}, 30_000);
	await story.step('viewerCount is 0 within 3 s of a clean leave', async () => {
		await viewer.page.getByRole('link', { name: 'Stagedoor' }).click();
		await viewer.page.getByRole('heading', { name: 'Live now' }).waitFor();
		await viewersBecome(id, 0);
	});
	await story.step('coming back works and counts again', async () => {
		await viewer.page.getByRole('link', { name: /Open rehearsal/ }).first().click();
		await pictureAdvances(viewer.page);
		await viewersBecome(id, 1);
	}, 30_000);
	await story.step('the host ends it and both see that it has ended', async () => {
		await host.page.getByRole('button', { name: 'End stream' }).click();
		await shot(host.page, 'confirm');
		await host.page.getByRole('button', { name: 'End for everybody' }).click();
		await host.page.getByText('Your stream has ended').waitFor();
		await viewer.page.getByText('This stream has ended').waitFor();
		await viewer.page.getByText('the chat is closed').waitFor();
		same((await http('GET', `/live/${id}`)).json.stream.isLive, false, 'isLive');
		await shot(viewer.page, 'ended');
		await shot(host.page, 'host-ended');
	});
	await story.step('signing out takes the name away', async () => {
		await viewer.page.getByRole('button', { name: 'Sign out' }).click();
		await viewer.page.getByRole('navigation').getByRole('link', { name: 'Sign in' }).waitFor();
	});
	await story.step('nothing violated the policy or wrote an error to the console', async () => {
		host.ear.check();
		viewer.ear.check();
	});
	await story.step('no token stood in any address of ours', async () => {
		host.ear.checkNoSecretsInAddresses();
		viewer.ear.checkNoSecretsInAddresses();
	});
	await story.step('the page keeps no token in storage', async () => {
		const kept = await host.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
		check(!/eyJ|token/i.test(kept), kept);
	});
	if (id && story.broken) {
		const [cookie] = await host.context.cookies();
		await http('POST', '/live/end', { token: cookie?.value, body: { roomName: id } });
	}
	await browser.close();
}
