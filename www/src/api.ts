// The HTTP API as this page uses it. The session is the server's cookie: no
// token is kept here. Addresses are relative to the page, wherever it is.

export interface User {
	id: string;
	username: string;
	displayName: string;
}

export interface Stream {
	id: string;
	title: string;
	streamerId: string;
	isLive: boolean;
	viewerCount: number;
	createdAt: string;
	endedAt: string | null;
}

export interface Message {
	id: string;
	userId: string | null;
	username: string | null;
	displayName: string | null;
	text: string;
	type: string;
	createdAt: string;
}

export interface Page<T> {
	items: T[];
	next: string | null;
}

export interface Entry {
	token: string;
	serverUrl: string;
}

// What the server refused, in its own words.
export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		detail: string,
		readonly members: Record<string, unknown> = {},
	) {
		super(detail);
	}

	get field(): string {
		return typeof this.members['field'] === 'string' ? this.members['field'] : '';
	}
}

const base = new URL('.', document.baseURI);
const WAIT_MS = 20_000;

let lost: (why: string) => void = () => {};

// Called when a session that was good no longer is.
export function onSessionLost(listener: (why: string) => void): void {
	lost = listener;
}

// The page's own address of a route, to share.
export function pageUrl(hash: string): string {
	return new URL(hash, base).href;
}

// What the server says for programs, or of any field, in words for the person
// who is here: by code, or by field and code.
const PLAIN: Record<string, string> = {
	rate_limited: 'That was too often.',
	busy: 'The server is busy just now.',
	'password.too_short': 'A password has at least 10 characters.',
	'password.too_long': 'A password has at most 128 characters.',
	'displayName.too_long': 'This name has at most 64 characters.',
	'displayName.invalid_value': 'This name holds characters that cannot be shown.',
	'title.too_short': 'A stream has a title.',
	'title.too_long': 'A title has at most 200 characters.',
	'text.too_long': 'A message has at most 500 characters.',
};

function plainDetail(status: number): string {
	if (status >= 500) return `The server has a problem (${status}). Try again in a moment.`;
	return `The server refused this (${status}).`;
}

async function problemOf(reply: Response): Promise<Problem> {
	const members = (await reply.json().catch(() => null)) as Record<string, unknown> | null;
	const code = typeof members?.['code'] === 'string' ? members['code'] : '';
	let detail = typeof members?.['detail'] === 'string' ? members['detail'] : '';
	if (!detail) detail = plainDetail(reply.status);
	detail = PLAIN[`${String(members?.['field'])}.${code}`] ?? PLAIN[code] ?? detail;
	if (code === 'bad_origin')
		detail = `This page is open at ${base.origin}, which is not the address this server knows itself by. ${detail}`;
	const wait = Number(reply.headers.get('Retry-After'));
	if (wait > 0) detail = `${detail.replace(/\.?$/, '.')} Try again in ${wait} s.`;
	return new Problem(reply.status, code, detail, members ?? {});
}

async function send(path: string, init: RequestInit): Promise<Response> {
	try {
		return await fetch(new URL(path, base), {
			cache: 'no-store',
			credentials: 'same-origin',
			signal: AbortSignal.timeout(WAIT_MS),
			...init,
		});
	} catch {
		throw new Problem(0, 'unreachable',
			'The server does not answer. Check your connection; we keep trying.');
	}
}

async function refused(reply: Response, signingIn: boolean): Promise<Problem> {
	const problem = await problemOf(reply);
	if (problem.status === 401 && !signingIn) lost(problem.message);
	return problem;
}

interface Options {
	signingIn?: boolean; // 401 means a wrong password, not a lost session
}

async function call<T>(method: string, path: string, body?: unknown, options: Options = {}): Promise<T> {
	const init: RequestInit = { method };
	if (body !== undefined) {
		init.headers = { 'Content-Type': 'application/json' };
		init.body = JSON.stringify(body);
	}
	const reply = await send(path, init);
	if (!reply.ok) throw await refused(reply, options.signingIn === true);
	return (reply.status === 204 ? undefined : await reply.json()) as T;
}

// A GET to repeat: get() gives null while nothing has changed.
export class Poll<T> {
	private etag = '';

	constructor(private readonly path: string) {}

	async get(): Promise<T | null> {
		const headers: Record<string, string> = this.etag ? { 'If-None-Match': this.etag } : {};
		const reply = await send(this.path, { headers });
		if (reply.status === 304) return null;
		if (!reply.ok) throw await refused(reply, false);
		const value = (await reply.json()) as T;
		this.etag = reply.headers.get('ETag') ?? '';
		return value;
	}

	// The next get() gives the value whether or not it changed.
	forget(): void {
		this.etag = '';
	}
}

const part = encodeURIComponent;

export const api = {
	register: (username: string, password: string, displayName: string) =>
		call<{ user: User }>('POST', 'api/auth/register',
			displayName ? { username, password, displayName } : { username, password },
			{ signingIn: true }),
	login: (username: string, password: string) =>
		call<{ user: User }>('POST', 'api/auth/login', { username, password }, { signingIn: true }),
	logout: () => call<void>('POST', 'api/auth/logout', undefined, { signingIn: true }),
	me: () => call<{ user: User }>('GET', 'api/auth/me'),

	liveList: () => new Poll<Page<Stream>>('live?limit=50'),
	liveMore: (cursor: string) => call<Page<Stream>>('GET', `live?limit=50&cursor=${part(cursor)}`),
	live: (id: string) => new Poll<{ stream: Stream }>(`live/${part(id)}`),
	start: (title: string) => call<{ stream: Stream } & Entry>('POST', 'live/start', { title }),
	enter: (roomName: string, participantName: string) =>
		call<Entry>('POST', 'live/token', { roomName, participantName }),
	end: (roomName: string) => call<{ stream: Stream }>('POST', 'live/end', { roomName }),

	chat: (room: string) => new Poll<Page<Message>>(`api/chat/${part(room)}/messages?limit=50`),
	chatOlder: (room: string, cursor: string) =>
		call<Page<Message>>('GET', `api/chat/${part(room)}/messages?limit=50&cursor=${part(cursor)}`),
	say: (room: string, text: string) =>
		call<{ message: Message }>('POST', `api/chat/${part(room)}/messages`, { text }),
};

// The sentence to show for whatever was thrown.
export function sentence(error: unknown): string {
	return error instanceof Error && error.message ? error.message : 'Something went wrong.';
}
