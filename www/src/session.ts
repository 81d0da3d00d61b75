// Who is signed in. The cookie cannot be read here (HttpOnly); a mark without
// any secret remembers whether it is worth asking the server.

import { api, onSessionLost, type User } from './api';

const MARK = 'stagedoor.signedIn';

let me: User | null = null;
const listeners = new Set<(why: string) => void>();

function mark(on: boolean): void {
	try {
		if (on) localStorage.setItem(MARK, '1');
		else localStorage.removeItem(MARK);
	} catch {
		// Storage is off: the server is asked each time.
	}
}

function marked(): boolean {
	try {
		return localStorage.getItem(MARK) !== null;
	} catch {
		return true;
	}
}

function become(user: User | null, why: string): void {
	me = user;
	mark(user !== null);
	for (const listener of listeners) listener(why);
}

export function user(): User | null {
	return me;
}

// why is a sentence when the session ended by itself, else empty.
export function onUser(listener: (why: string) => void): void {
	listeners.add(listener);
}

export async function load(): Promise<void> {
	onSessionLost(() => {
		if (me) become(null, 'Your session is over. Sign in again to go on.');
		else mark(false);
	});
	if (!marked()) return;
	me = (await api.me()).user;
}

export async function signIn(username: string, password: string): Promise<void> {
	become((await api.login(username, password)).user, '');
}

export async function register(username: string, password: string, displayName: string): Promise<void> {
	become((await api.register(username, password, displayName)).user, '');
}

export async function signOut(): Promise<void> {
	await api.logout();
	become(null, '');
}
