// Sign in, or make an account: one form in two dresses.

import { Problem, sentence } from '../api';
import { alertBox, field, h, setText, type Field } from '../dom';
import { register, signIn } from '../session';
import type { View } from '../view';

interface Words {
	title: string;
	lead: string;
	button: string;
	other: [string, string, string];
}

const SIGN_IN: Words = {
	title: 'Sign in',
	lead: 'Watch, chat and go live.',
	button: 'Sign in',
	other: ['New here? ', 'Create an account', '#/join'],
};

const JOIN: Words = {
	title: 'Create an account',
	lead: 'A name and a password are all it takes.',
	button: 'Create account',
	other: ['Already have one? ', 'Sign in', '#/sign-in'],
};

function nameField(joining: boolean): Field {
	return field('Username', {
		name: 'username', autocomplete: 'username', autocapitalize: 'none',
		spellcheck: 'false', required: true,
	}, joining ? '3 to 32 letters, digits or underscores' : undefined);
}

function passwordField(joining: boolean): Field {
	return field('Password', {
		name: 'password', type: 'password', required: true,
		autocomplete: joining ? 'new-password' : 'current-password',
	}, joining ? 'At least 10 characters' : undefined);
}

function displayField(): Field {
	return field('Name shown to others', {
		name: 'displayName', autocomplete: 'nickname',
	}, 'Optional');
}

// done runs when somebody is signed in; then is where the form was asked for.
export function signView(joining: boolean, then: string, done: () => void): View {
	const words = joining ? JOIN : SIGN_IN;
	const name = nameField(joining);
	const password = passwordField(joining);
	const display = joining ? displayField() : null;
	const error = alertBox();
	const button = h('button', { class: 'primary', type: 'submit' }, words.button);
	const fields = new Map([['username', name], ['password', password]]);
	if (display) fields.set('displayName', display);

	const show = (problem: unknown) => {
		const at = problem instanceof Problem ? fields.get(problem.field) : undefined;
		if (at) {
			at.fail(sentence(problem));
			at.input.focus();
		} else {
			setText(error, sentence(problem));
		}
	};
	const submit = async (event: Event) => {
		event.preventDefault();
		setText(error, '');
		button.disabled = true;
		try {
			if (display) await register(name.input.value, password.input.value, display.input.value.trim());
			else await signIn(name.input.value, password.input.value);
			done();
		} catch (problem) {
			show(problem);
		} finally {
			button.disabled = false;
		}
	};
	const query = then ? `?then=${encodeURIComponent(then)}` : '';
	const root = h('section', { class: 'narrow card' },
		h('h1', { tabindex: -1 }, words.title),
		h('p', { class: 'lead' }, words.lead),
		h('form', { onsubmit: (event) => void submit(event) },
			name.root, password.root, display?.root, error, button),
		h('p', { class: 'aside' }, words.other[0],
			h('a', { href: words.other[2] + query }, words.other[1])));
	return { root, title: words.title, stop: () => {} };
}
