// Before going on air: a title, and a look in the mirror.

import { Problem, api, sentence, type Entry } from '../api';
import { alertBox, field, fill, h, setText } from '../dom';
import { load } from '../loader';
import type { Devices } from '../stage';
import type { View } from '../view';

export interface Ready {
	id: string;
	entry: Entry;
	devices: Devices;
}

// on gets what the live view goes on with; it then owns the devices.
export function goLiveView(on: (ready: Ready) => void): View {
	const title = field('Title', {
		name: 'title', required: true, autocomplete: 'off', dir: 'auto',
	}, 'What is it about? Everybody sees it in the list.');
	const error = alertBox();
	const video = h('video', { class: 'mirror', autoplay: true, muted: true, playsinline: true, 'aria-label': 'Your camera' });
	video.muted = true;
	const look = h('button', { type: 'button' }, 'Turn on the camera');
	const cover = h('div', { class: 'cover' }, h('p', {}, 'Only you see this, until you go live.'), look);
	const button = h('button', { class: 'primary', type: 'submit' }, 'Go live');
	let devices: Devices | null = null;
	let gone = false;

	const open = async (): Promise<Devices> => {
		if (devices) return devices;
		const stage = await load();
		const opened = await stage.openDevices();
		if (gone) {
			opened.close();
			throw new Error('');
		}
		devices = opened;
		opened.show(video);
		cover.hidden = true;
		return opened;
	};
	look.addEventListener('click', async () => {
		look.disabled = true;
		setText(error, '');
		await open().catch((problem) => setText(error, sentence(problem)));
		look.disabled = false;
	});
	const refused = (problem: unknown) => {
		const open_ = problem instanceof Problem && problem.code === 'already_live'
			? problem.members['streamId'] : null;
		if (typeof open_ === 'string') {
			fill(error, `${sentence(problem)} `,
				h('a', { href: `#/live/${encodeURIComponent(open_)}` }, 'Go to your open stream'));
		} else if (problem instanceof Problem && problem.field === 'title') {
			title.fail(sentence(problem));
			title.input.focus();
		} else {
			setText(error, sentence(problem));
		}
	};
	const submit = async (event: Event) => {
		event.preventDefault();
		setText(error, '');
		button.disabled = true;
		setText(button, 'Going live…');
		try {
			const opened = await open();
			const started = await api.start(title.input.value.trim());
			if (gone) {
				await api.end(started.stream.id);
				return;
			}
			devices = null;
			on({ id: started.stream.id, entry: started, devices: opened });
		} catch (problem) {
			if (!gone) refused(problem);
		}
		button.disabled = false;
		setText(button, 'Go live');
	};
	const root = h('section', { class: 'studio' },
		h('div', { class: 'screen' }, video, cover),
		h('form', { class: 'card', onsubmit: (event) => void submit(event) },
			h('h1', { tabindex: -1 }, 'Go live'),
			title.root, error, button));
	const stop = () => {
		gone = true;
		devices?.close();
	};
	return { root, title: 'Go live', stop };
}
