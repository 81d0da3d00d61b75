#!/usr/bin/env node
// A real Chromium with a fake camera against a running ./quickstart, whose
// quickstart.env stands in the environment. Prints ok and not ok lines.
//   node browser.mjs [page|bare|wrong]...   default: all
// SHOTS=FOLDER also keeps a picture of every state of the page.
import { bareStory } from './browser_bare.mjs';
import { failures, result } from './browser_lib.mjs';
import { pageStory } from './browser_page.mjs';
import { wrongStories } from './browser_wrong.mjs';

const stories = { page: pageStory, bare: bareStory, wrong: wrongStories };
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(stories);

for (const name of names) {
	try {
		await stories[name]();
	} catch (error) {
		result(false, `the browser story "${name}" runs to its end`, error?.stack ?? error);
	}
}
process.exit(failures() ? 1 : 0);
