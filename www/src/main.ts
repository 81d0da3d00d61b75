// The page: who is signed in above, one view below, chosen by the address
// after '#'.

import { Problem, sentence } from './api';
import { fill, h } from './dom';
import { load, onUser, signOut, user } from './session';
import type { View } from './view';
import { goLiveView, type Ready } from './views/golive';
import { listView } from './views/list';
import { liveView } from './views/live';
import { signView } from './views/sign';

const bar = document.querySelector('#bar') as HTMLElement;
const main = document.querySelector('#main') as HTMLElement;
const notices = document.querySelector('#notices') as HTMLElement;

let view: View | null = null;
let ready: Ready | null = null;
let shownHash: string | null = null;

function notice(text: string): void {
	if (!text) return notices.replaceChildren();
	fill(notices, h('p', {}, text),
		h('button', { type: 'button', class: 'quiet', onclick: () => notices.replaceChildren() }, 'Dismiss'));
}

function retitle(title: string): void {
	document.title = `${title} · Stagedoor`;
}

function address(): { path: string; then: string } {
	const [path = '', query = ''] = location.hash.replace(/^#/, '').split('?', 2);
	const then = new URLSearchParams(query).get('then') ?? '';
	return { path: path || '/', then: then.startsWith('/') ? then : '' };
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function go(path: string): void {
	if (location.hash === `#${path}`) show();
	else location.hash = path;
}

function missing(): View {
	return {
		title: 'Not found',
		root: h('section', { class: 'narrow card' },
			h('h1', { tabindex: -1 }, 'There is nothing here'),
			h('p', {}, h('a', { href: '#/' }, 'See what is live'))),
		stop: () => {},
	};
}

function choose(path: string, then: string): View {
	if (path === '/') return listView();
	if (path === '/sign-in' || path === '/join')
		return signView(path === '/join', then, () => go(then || '/'));
	if (path === '/go-live' && user())
		return goLiveView((it) => {
			ready = it;
			go(`/live/${encodeURIComponent(it.id)}`);
		});
	if (path === '/go-live') return signView(false, path, () => go(path));
	const live = /^\/live\/([^/]+)$/.exec(path);
	if (live?.[1]) {
		const id = decoded(live[1]);
		const mine = ready?.id === id ? ready : null;
		ready = null;
		return liveView(id, mine, retitle);
	}
	return missing();
}

function show(): void {
	const first = view === null;
	const { path, then } = address();
	shownHash = location.hash;
	view?.stop();
	view = choose(path, then);
	fill(main, view.root);
	retitle(view.title);
	showBar();
	if (first) return;
	window.scrollTo(0, 0);
	main.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
}

function showBar(): void {
	const me = user();
	const { path } = address();
	const leave = h('button', { type: 'button', class: 'quiet' }, 'Sign out');
	leave.onclick = () => void signOut().catch((problem) => notice(sentence(problem)));
	const then = path === '/' || path === '/join' || path === '/sign-in' ? '' : `?then=${encodeURIComponent(path)}`;
	fill(bar,
		h('a', { class: 'brand', href: '#/', 'aria-current': path === '/' ? 'page' : null },
			h('img', { src: 'icon.svg', alt: '', width: 28, height: 28 }), 'Stagedoor'),
		h('nav', { 'aria-label': 'Account' },
			me && h('span', { class: 'me', title: me.username, dir: 'auto' }, me.displayName || me.username),
			me ? leave : h('a', { class: 'button quiet', href: `#/sign-in${then}` }, 'Sign in'),
			path !== '/go-live' && h('a', { class: 'button primary', href: '#/go-live' }, 'Go live')));
}

document.querySelector('.skip')?.addEventListener('click', (event) => {
	event.preventDefault();
	main.focus();
});
window.addEventListener('hashchange', () => {
	if (location.hash === shownHash) return;
	notices.replaceChildren();
	show();
});
onUser((why) => {
	const { path } = address();
	if (path !== '/sign-in' && path !== '/join') show();
	else showBar();
	notice(why);
});
load()
	.catch((problem) => {
		if (!(problem instanceof Problem && problem.status === 401)) notice(sentence(problem));
	})
	.finally(show);
