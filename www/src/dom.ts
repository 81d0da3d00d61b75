// Makes elements. Text only ever becomes text nodes: nothing here, or anywhere
// in the page, parses markup.

type Child = Node | string | null | undefined | false;
type Handler = (event: Event) => void;
type Props = Record<string, string | number | boolean | null | undefined | Handler>;

// h('button', { class: 'quiet', type: 'button', onclick: f }, 'Go')
export function h<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	props: Props = {},
	...children: Child[]
): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(props)) {
		if (typeof value === 'function') element.addEventListener(name.slice(2), value);
		else if (value === true) element.setAttribute(name, '');
		else if (value !== false && value !== null && value !== undefined)
			element.setAttribute(name, String(value));
	}
	put(element, ...children);
	return element;
}

// Adds children, leaving out what is absent.
export function put(parent: Element, ...children: Child[]): void {
	for (const child of children) {
		if (child !== null && child !== undefined && child !== false) parent.append(child);
	}
}

// Replaces all children.
export function fill(parent: Element, ...children: Child[]): void {
	parent.replaceChildren();
	put(parent, ...children);
}

// Sets text only where it changed, so that screen readers are not told again.
export function setText(element: Element, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}

// A message for people; empty text takes it away.
export function alertBox(): HTMLElement {
	return h('p', { class: 'error', role: 'alert' });
}

let ids = 0;

export interface Field {
	root: HTMLElement;
	input: HTMLInputElement;
	fail(text: string): void;
}

// A labelled input with room for what is wrong with it.
export function field(label: string, props: Props, hint?: string): Field {
	const id = `f${++ids}`;
	const input = h('input', { id, 'aria-describedby': `${id}-hint ${id}-error`, ...props });
	const error = h('p', { class: 'field-error', id: `${id}-error`, role: 'alert' });
	const root = h('div', { class: 'field' },
		h('label', { for: id }, label),
		input,
		h('p', { class: 'hint', id: `${id}-hint` }, hint ?? ''),
		error);
	const fail = (text: string) => {
		setText(error, text);
		if (text) input.setAttribute('aria-invalid', 'true');
		else input.removeAttribute('aria-invalid');
	};
	input.addEventListener('input', () => fail(''));
	return { root, input, fail };
}

// "3 minutes ago", in the reader's language.
export function ago(iso: string): string {
	const seconds = Math.min(0, (Date.parse(iso) - Date.now()) / 1000);
	const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
	if (seconds > -60) return 'just now';
	if (seconds > -3600) return format.format(Math.round(seconds / 60), 'minute');
	if (seconds > -86400) return format.format(Math.round(seconds / 3600), 'hour');
	return format.format(Math.round(seconds / 86400), 'day');
}

// "1:05:09" or "5:09".
export function duration(fromMs: number, toMs: number): string {
	const all = Math.max(0, Math.floor((toMs - fromMs) / 1000));
	const two = (n: number) => String(n).padStart(2, '0');
	const hours = Math.floor(all / 3600);
	const minutes = Math.floor(all / 60) % 60;
	return hours ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}

export function people(count: number): string {
	return count === 1 ? '1 watching' : `${count} watching`;
}
