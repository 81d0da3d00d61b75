#!/usr/bin/env node
// A real Chromium with a fake camera against a running ./quickstart, whose
// quickstart.env stands in the environment. Prints ok and not ok lines.
//   node browser.mjs [page|bare|class|whip|wrong]...   default: all
// SHOTS=FOLDER also keeps a picture of every state of the page.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

// The packages of a folder, installed as its lock file says, once.
function packages(folder, needed) {
	if (existsSync(join(folder, 'node_modules', needed))) return;
	const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
	const npm = spawnSync('npm', options, { cwd: folder, encoding: 'utf8', timeout: 120_000 });
	if (npm.status === 0) return;
	console.log(`# ${npm.stderr ?? npm.error}`.trim().replaceAll('\n', '\n# '));
	console.log(`not ok npm installs ${needed} in ${folder}`);
	process.exit(1);
}

packages(here, 'playwright-core');
packages(join(here, '../../www'), 'livekit-client');

const { failures, result } = await import('./browser_lib.mjs');
const stories = {
	page: async () => (await import('./browser_page.mjs')).pageStory(),
	bare: async () => (await import('./browser_bare.mjs')).bareStory(),
	whip: async () => (await import('./browser_whip.mjs')).whipStory(),
	class: async () => (await import('./browser_class.mjs')).classStory(),
	voice: async () => (await import('./browser_voice.mjs')).voiceStory(),
	wrong: async () => (await import('./browser_wrong.mjs')).wrongStories(),
};
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(stories);

for (const name of names) {
	try {
		await stories[name]();
	} catch (error) {
		result(false, `the browser story "${name}" runs to its end`, error?.stack ?? error);
	}
}
process.exit(failures() ? 1 : 0);
