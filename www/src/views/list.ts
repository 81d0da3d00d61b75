// What is live now.

import { api, sentence, type Stream } from '../api';
import { ago, alertBox, fill, h, people, setText } from '../dom';
import { user } from '../session';
import { every, type View } from '../view';

const PAUSE_MS = 4000;
const HUES = 6;

// The same stream always has the same colours.
function hue(id: string): number {
	let sum = 0;
	for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
	return sum % HUES;
}

function card(stream: Stream): HTMLElement {
	const mine = stream.streamerId === user()?.id;
	const initial = [...stream.title.trim()][0] ?? '•';
	return h('li', { class: 'tile' },
		h('a', { href: `#/live/${encodeURIComponent(stream.id)}` },
			h('span', { class: `poster hue${hue(stream.id)}`, 'aria-hidden': 'true' }, initial.toUpperCase()),
			h('span', { class: 'tile-text' },
				h('span', { class: 'tile-title', dir: 'auto' }, stream.title),
				h('span', { class: 'tile-meta' },
					h('span', { class: 'badge' }, 'Live'),
					` ${people(stream.viewerCount)} · ${ago(stream.createdAt)}`),
				mine && h('span', { class: 'tile-meta' }, 'Your stream'))));
}

function empty(): HTMLElement {
	const steps = user()
		? h('p', {}, 'Press ', h('strong', {}, 'Go live'), ', allow camera and microphone, and you are on air. '
			+ 'Whoever opens this page sees your stream here.')
		: h('p', {}, 'Create an account, press ', h('strong', {}, 'Go live'), ', allow camera and microphone, '
			+ 'and you are on air. Streams of others appear here by themselves.');
	return h('div', { class: 'empty card' },
		h('h2', {}, 'Nobody is live right now'),
		steps,
		h('p', { class: 'row' }, user()
			? h('a', { class: 'button primary', href: '#/go-live' }, 'Go live')
			: h('a', { class: 'button primary', href: '#/join?then=%2Fgo-live' }, 'Create an account'),
		!user() && h('a', { class: 'button', href: '#/sign-in' }, 'Sign in')));
}

export function listView(): View {
	const poll = api.liveList();
	const list = h('ul', { class: 'tiles' });
	const place = h('div', {}, h('p', { class: 'lead' }, 'Looking…'));
	const error = alertBox();
	const count = h('p', { class: 'lead', 'aria-live': 'polite' });
	const more = h('button', { type: 'button', hidden: true }, 'Show more');
	const shown = new Map<string, string>();
	let next: string | null = null;

	const show = (streams: Stream[]) => {
		list.append(...streams.map(card));
		for (const stream of streams) shown.set(stream.id, stream.title);
	};
	const refresh = async () => {
		try {
			const page = await poll.get();
			setText(error, '');
			if (!page) return;
			const held = document.activeElement?.getAttribute('href');
			list.replaceChildren();
			shown.clear();
			show(page.items);
			next = page.next;
			more.hidden = next === null;
			if (held) list.querySelector<HTMLElement>(`a[href="${CSS.escape(held)}"]`)?.focus();
			if (page.items.length) fill(place, list, more);
			else fill(place, empty());
			setText(count, page.items.length ? `${page.items.length}${next ? '+' : ''} on air` : '');
		} catch (problem) {
			setText(error, sentence(problem));
		}
	};
	more.addEventListener('click', async () => {
		if (next === null) return;
		more.disabled = true;
		try {
			const page = await api.liveMore(next);
			show(page.items.filter((stream) => !shown.has(stream.id)));
			next = page.next;
			more.hidden = next === null;
		} catch (problem) {
			setText(error, sentence(problem));
		}
		more.disabled = false;
	});
	const root = h('section', { class: 'wide' },
		h('div', { class: 'head' }, h('h1', { tabindex: -1 }, 'Live now'), count),
		error, place);
	return { root, title: 'Live now', stop: every(PAUSE_MS, refresh).stop };
}
