// Chat beside a stream: the newest page is asked for again and again, and what
// is new is added below. Messages are shown once, by id.

import { api, sentence, type Message } from './api';
import { alertBox, h, setText } from './dom';
import { user } from './session';
import { every } from './view';

const PAUSE_MS = 1500;
const LONGEST = 500;
const NEAR_END_PX = 60;
const MOST = 600; // lines kept on the page while somebody follows the end

export interface Chat {
	root: HTMLElement;
	close(): void; // the stream is over: reading only
	stop(): void;
}

function line(message: Message): HTMLElement {
	const at = new Date(message.createdAt);
	const name = message.displayName || message.username || 'Somebody';
	const mine = message.userId !== null && message.userId === user()?.id;
	return h('div', { class: mine ? 'line mine' : 'line', 'data-id': message.id },
		h('span', { class: 'who', dir: 'auto' }, name),
		h('time', { datetime: message.createdAt },
			at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })),
		h('span', { class: 'said', dir: 'auto' }, message.text));
}

class Lines {
	readonly list = h('div', {
		class: 'lines', role: 'log', 'aria-live': 'polite', 'aria-label': 'Chat messages', tabindex: 0,
	});
	private readonly known = new Map<string, HTMLElement>();
	nearEnd = true;

	constructor() {
		this.list.addEventListener('scroll', () => {
			const below = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight;
			this.nearEnd = below < NEAR_END_PX;
		}, { passive: true });
		// A message below, a keyboard or a turned phone takes room away.
		new ResizeObserver(() => {
			if (this.nearEnd) this.toEnd();
		}).observe(this.list);
	}

	toEnd(): void {
		this.nearEnd = true;
		this.list.scrollTop = this.list.scrollHeight;
	}

	// page is newest first, as it comes.
	addNew(page: Message[]): void {
		for (const message of [...page].reverse()) {
			if (this.known.has(message.id)) continue;
			const element = line(message);
			this.known.set(message.id, element);
			this.list.append(element);
		}
		if (this.nearEnd) this.toEnd();
	}

	addOlder(page: Message[]): void {
		const before = this.list.scrollHeight;
		for (const message of page) {
			if (this.known.has(message.id)) continue;
			const element = line(message);
			this.known.set(message.id, element);
			this.list.prepend(element);
		}
		this.list.scrollTop += this.list.scrollHeight - before;
	}

	// Whether this page and what is shown leave no hole between them.
	meets(page: Message[]): boolean {
		return this.known.size === 0 || page.some((message) => this.known.has(message.id));
	}

	clear(): void {
		this.known.clear();
		this.list.replaceChildren();
	}

	get size(): number {
		return this.known.size;
	}
}

export function chat(room: string, open: boolean): Chat {
	const poll = api.chat(room);
	const lines = new Lines();
	const error = alertBox();
	const offline = alertBox();
	const nothing = h('p', { class: 'hint nothing' }, open ? 'Nothing said yet. Say hello.' : 'Nothing was said.');
	const older = h('button', { class: 'quiet', type: 'button', hidden: true }, 'Earlier messages');
	const input = h('input', {
		type: 'text', name: 'text', autocomplete: 'off', dir: 'auto',
		'aria-label': 'Your message', placeholder: 'Say something', enterkeyhint: 'send',
	});
	const button = h('button', { class: 'primary', type: 'submit' }, 'Send');
	let cursor: string | null | undefined;

	const added = () => {
		nothing.hidden = lines.size > 0;
		older.hidden = !cursor;
	};
	const refresh = async () => {
		try {
			const page = await poll.get();
			setText(offline, '');
			if (!page) return;
			if (!lines.meets(page.items) || (lines.size > MOST && lines.nearEnd)) {
				lines.clear();
				cursor = undefined;
			}
			if (cursor === undefined) cursor = page.next;
			lines.addNew(page.items);
			added();
		} catch (problem) {
			setText(offline, sentence(problem));
		}
	};
	const loop = every(PAUSE_MS, refresh);
	older.addEventListener('click', async () => {
		if (!cursor) return;
		older.disabled = true;
		try {
			const page = await api.chatOlder(room, cursor);
			cursor = page.next;
			lines.addOlder(page.items);
			added();
		} catch (problem) {
			setText(error, sentence(problem));
		}
		older.disabled = false;
	});
	const say = async (event: Event) => {
		event.preventDefault();
		const text = input.value.trim();
		if (!text || button.disabled) return;
		if ([...text].length > LONGEST) {
			setText(error, `A message has at most ${LONGEST} characters; this one has ${[...text].length}.`);
			return;
		}
		button.disabled = true;
		try {
			const said = await api.say(room, text);
			input.value = '';
			setText(error, '');
			lines.addNew([said.message]);
			lines.toEnd();
			added();
		} catch (problem) {
			setText(error, sentence(problem));
		}
		button.disabled = false;
		input.focus();
	};
	const form = h('form', { class: 'say', onsubmit: (event) => void say(event) }, input, button);
	const closed = h('p', { class: 'hint closed', hidden: true }, 'The stream is over: the chat is closed.');
	const close = () => {
		form.hidden = true;
		closed.hidden = false;
		loop.stop();
		void refresh();
	};
	const root = h('section', { class: 'chat card', 'aria-label': 'Chat' },
		h('h2', {}, 'Chat'), older, nothing, lines.list, offline, error, form, closed);
	if (!open) close();
	return { root, close, stop: loop.stop };
}
