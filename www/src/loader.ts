// Fetches the LiveKit part of the page when it is first needed.

declare const STAGE_URL: string;

type StageModule = typeof import('./stage');

let module: Promise<StageModule> | null = null;

export function load(): Promise<StageModule> {
	module ??= (import(new URL(STAGE_URL, import.meta.url).href) as Promise<StageModule>).catch(() => {
		module = null;
		throw new Error('A part of this page could not be loaded. Check your connection and try again.');
	});
	return module;
}
