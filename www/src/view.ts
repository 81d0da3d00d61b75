// What the router shows: one root element, and how to stop what runs in it.

export interface View {
	root: HTMLElement;
	title: string;
	stop(): void;
}

// Runs work now and again after each pause, never twice at once, and not while
// the page is hidden. Returns the way to stop it.
export function every(ms: number, work: () => Promise<void>): { stop(): void; now(): void } {
	let timer = 0;
	let stopped = false;
	let running = false;
	const turn = async () => {
		if (running || stopped) return;
		running = true;
		clearTimeout(timer);
		if (!document.hidden) await work();
		running = false;
		if (!stopped) timer = window.setTimeout(turn, ms);
	};
	const wake = () => {
		if (!document.hidden) void turn();
	};
	document.addEventListener('visibilitychange', wake);
	void turn();
	return {
		now: () => void turn(),
		stop: () => {
			stopped = true;
			clearTimeout(timer);
			document.removeEventListener('visibilitychange', wake);
		},
	};
}
