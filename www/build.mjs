// Bundles the page into dist/, which any web server can serve at any path:
// every address in it is relative. Asks the network for nothing.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const src = (name) => join(here, 'src', name);

// Bundles one entry and gives back its text.
async function bundle(entry, define = {}) {
	const result = await build({
		entryPoints: [src(entry)],
		bundle: true,
		write: false,
		minify: true,
		format: 'esm',
		target: ['chrome110', 'firefox115', 'safari16'],
		charset: 'utf8',
		legalComments: 'none',
		absWorkingDir: here,
		logLevel: 'warning',
		define,
	});
	return result.outputFiles[0].text;
}

// A file's name with what makes browsers fetch it again when it changes.
function versioned(name, text) {
	const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
	return `${name}?v=${hash}`;
}

// The licences of what is bundled, which travel with it. livekit-client brings
// its own dependencies inlined: all that is not a tool of the build counts.
async function licences() {
	const lock = JSON.parse(await readFile(join(here, 'package-lock.json'), 'utf8'));
	const parts = [];
	for (const [path, about] of Object.entries(lock.packages)) {
		if (!path || about.dev) continue;
		const files = await readdir(join(here, path)).catch(() => []);
		let text = '';
		for (const file of files.sort().filter((name) => /^(licen[cs]e|notice)/i.test(name)))
			text += await readFile(join(here, path, file), 'utf8');
		const name = path.replace(/^.*node_modules\//, '');
		parts.push(`${name} ${about.version} (${about.license})\n\n${text.trim()}\n`);
	}
	return parts.join(`\n${'='.repeat(72)}\n\n`);
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

const stage = await bundle('stage.ts');
const stageUrl = './' + versioned('stage.js', stage);
const app = await bundle('main.ts', { STAGE_URL: JSON.stringify(stageUrl) });
const css = await bundle('app.css');
const page = (await readFile(src('index.html'), 'utf8'))
	.replace('"app.js"', `"${versioned('app.js', app)}"`)
	.replace('"app.css"', `"${versioned('app.css', css)}"`);

await writeFile(join(dist, 'stage.js'), stage);
await writeFile(join(dist, 'app.js'), app);
await writeFile(join(dist, 'app.css'), css);
await writeFile(join(dist, 'index.html'), page);
await writeFile(join(dist, 'licences.txt'), await licences());
await copyFile(src('icon.svg'), join(dist, 'icon.svg'));
await copyFile(join(here, 'openapi.json'), join(dist, 'openapi.json'));
console.log(`www/dist: app.js ${app.length} bytes, stage.js ${stage.length} bytes`);
