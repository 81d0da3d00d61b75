// One stream: the host's studio or a viewer's seat, with chat beside it, and
// what is left of it when it is over.

import { Problem, api, pageUrl, sentence, type Entry, type Stream, type User } from '../api';
import { chat, type Chat } from '../chat';
import { alertBox, duration, fill, h, people, setText } from '../dom';
import { load } from '../loader';
import { user } from '../session';
import type { Devices, Ending, Stage } from '../stage';
import { every, type View } from '../view';
import type { Ready } from './golive';

const PAUSE_MS = 2000;
const CLOCK_MS = 1000;

type Button = [label: string, press: () => void] | [label: string, href: string];

function buttonOf([label, what]: Button): HTMLElement {
	return typeof what === 'string'
		? h('a', { class: 'button', href: what }, label)
		: h('button', { type: 'button', onclick: what }, label);
}

// The picture, and words over it where there is none.
class Screen {
	readonly video = h('video', { autoplay: true, playsinline: true });
	private readonly words = h('div', { class: 'cover', role: 'status' });
	private readonly unmute = h('button', { class: 'unblock primary', type: 'button', hidden: true }, 'Click for picture and sound');
	readonly root = h('div', { class: 'screen' }, this.video, this.words, this.unmute);

	say(title: string, text = '', buttons: Button[] = []): void {
		fill(this.words, h('p', { class: 'cover-title' }, title), text && h('p', {}, text),
			buttons.length > 0 && h('p', { class: 'row' }, ...buttons.map(buttonOf)));
		this.words.hidden = false;
	}

	quiet(): void {
		this.words.hidden = true;
	}

	// press comes from a click, which is what the browser waits for.
	block(blocked: boolean, press: () => void): void {
		this.unmute.hidden = !blocked;
		this.unmute.onclick = press;
	}
}

class LivePage implements View {
	title = 'Live';
	private readonly screen = new Screen();
	private readonly heading = h('h1', { tabindex: -1, dir: 'auto' }, '…');
	private readonly badge = h('span', { class: 'badge', hidden: true }, 'Live');
	private readonly count = h('span', { class: 'count' });
	private readonly clock = h('span', { class: 'clock' });
	private readonly error = alertBox();
	private readonly offline = alertBox();
	private readonly controls = h('div', { class: 'controls row', hidden: true });
	private readonly side = h('div', { class: 'side' });
	readonly root = h('section', { class: 'watch' },
		h('div', { class: 'main' }, this.screen.root,
			h('div', { class: 'about' },
				h('div', { class: 'head' }, this.heading,
					h('p', { class: 'facts' }, this.badge, this.count, this.clock)),
				this.controls, this.error, this.offline)),
		this.side);
	private readonly poll;
	private readonly loop;
	private readonly timer: number;
	private readonly onLeavePage = (event: BeforeUnloadEvent) => {
		if (this.devices) event.preventDefault();
	};
	private stream: Stream | null = null;
	private stage: Stage | null = null;
	private devices: Devices | null = null;
	private chat: Chat | null = null;
	private entering = false;
	private over = false;
	private stopped = false;

	constructor(private readonly id: string, private ready: Ready | null, private readonly retitle: (title: string) => void) {
		this.poll = api.live(id);
		this.loop = every(PAUSE_MS, () => this.refresh());
		this.timer = window.setInterval(() => this.tick(), CLOCK_MS);
		window.addEventListener('beforeunload', this.onLeavePage);
		this.screen.say('Opening…');
	}

	stop(): void {
		this.stopped = true;
		this.loop.stop();
		this.chat?.stop();
		clearInterval(this.timer);
		window.removeEventListener('beforeunload', this.onLeavePage);
		document.body.classList.remove('on-air');
		this.closeStage();
	}

	private get hosting(): boolean {
		return this.stream !== null && this.stream.streamerId === user()?.id;
	}

	// ---- what the server says -------------------------------------------

	private async refresh(): Promise<void> {
		try {
			const reply = await this.poll.get();
			if (this.stopped) return;
			setText(this.offline, '');
			if (reply) this.show(reply.stream);
		} catch (problem) {
			if (this.stopped) return;
			if (problem instanceof Problem && problem.status === 404) this.missing();
			else if (this.stream === null) this.screen.say('This stream cannot be opened', sentence(problem));
			else setText(this.offline, sentence(problem));
		}
	}

	private show(stream: Stream): void {
		const first = this.stream === null;
		this.stream = stream;
		setText(this.heading, stream.title);
		if (this.title !== stream.title) this.retitle(this.title = stream.title);
		setText(this.count, stream.isLive ? people(stream.viewerCount) : '');
		this.badge.hidden = !stream.isLive;
		this.tick();
		document.body.classList.toggle('on-air', this.hosting && stream.isLive);
		if (first) this.openChat(stream.isLive);
		if (!stream.isLive) this.finish();
		else if (first) void this.enter();
	}

	private tick(): void {
		if (!this.stream) return;
		const end = this.stream.endedAt ? Date.parse(this.stream.endedAt) : Date.now();
		const length = duration(Date.parse(this.stream.createdAt), end);
		setText(this.clock, this.stream.isLive ? length : `Ended after ${length}`);
	}

	private openChat(open: boolean): void {
		if (!user()) return;
		this.chat = chat(this.id, open);
		this.side.replaceChildren(this.chat.root);
	}

	private missing(): void {
		this.loop.stop();
		this.closeStage();
		setText(this.heading, 'No such stream');
		this.retitle(this.title = 'No such stream');
		this.screen.say('There is no stream here', 'The address may be wrong.', [['See what is live', '#/']]);
	}

	private finish(): void {
		if (this.over) return;
		this.over = true;
		this.loop.stop();
		this.closeStage();
		this.chat?.close();
		this.controls.hidden = true;
		setText(this.error, '');
		this.screen.block(false, () => {});
		this.screen.say(this.hosting ? 'Your stream has ended' : 'This stream has ended', '',
			[this.hosting ? ['Go live again', '#/go-live'] : ['See what else is live', '#/']]);
	}

	// ---- LiveKit --------------------------------------------------------

	private closeStage(): void {
		void this.stage?.leave();
		this.stage = null;
		this.devices?.close();
		this.devices = null;
		this.ready?.devices.close();
		this.ready = null;
	}

	private async enter(): Promise<void> {
		const me = user();
		if (!me) {
			const then = `?then=${encodeURIComponent(`/live/${encodeURIComponent(this.id)}`)}`;
			this.screen.say('Sign in to watch', 'Streams and their chat are for people with an account.',
				[['Sign in', `#/sign-in${then}`], ['Create an account', `#/join${then}`]]);
			return;
		}
		if (this.entering || this.over || this.stopped) return;
		this.entering = true;
		setText(this.error, '');
		this.screen.say(this.hosting ? 'Going on air…' : 'Joining…');
		try {
			await this.join(me);
		} catch (problem) {
			this.closeStage();
			if (!this.stopped && !this.over) await this.refused(problem);
		}
		this.entering = false;
	}

	private async join(me: User): Promise<void> {
		const { Stage, openDevices } = await load();
		const ready = this.ready;
		this.ready = null;
		if (this.hosting) this.devices = ready?.devices ?? await openDevices();
		const entry: Entry = ready?.entry ?? await api.enter(this.id, me.displayName || me.username);
		if (this.stopped || this.over) return this.closeStage();
		const stage = new Stage(this.stream?.streamerId ?? '', this.screen.video, {
			picture: (present) => this.picture(present),
			blocked: (blocked) => this.screen.block(blocked, () => void stage.unblock()),
			reconnecting: (on) => setText(this.error, on ? 'The connection is bad: trying to get back…' : ''),
			ended: (how) => this.ended(how),
			deviceLost: (text) => setText(this.error, text),
		});
		this.stage = stage;
		await stage.join(entry.serverUrl, entry.token);
		if (this.stage !== stage) return void stage.leave();
		if (this.devices) {
			this.screen.video.muted = true;
			this.screen.video.classList.add('mirror');
			await stage.publish(this.devices);
			this.hostControls(stage);
		}
		this.loop.now();
	}

	private async refused(problem: unknown): Promise<void> {
		if (problem instanceof Problem && problem.status === 410) {
			this.poll.forget();
			await this.refresh();
			return;
		}
		this.screen.say(this.hosting ? 'You are not on air' : 'You are not connected', sentence(problem),
			[['Try again', () => void this.enter()]]);
		if (this.hosting) this.endOnly();
	}

	private picture(present: boolean): void {
		if (this.over || !this.stage) return;
		if (present) this.screen.quiet();
		else if (this.hosting) this.screen.say('Your camera is off', 'Viewers see no picture.');
		else this.screen.say('Waiting for the picture', 'The host\'s camera is off or not there yet.');
	}

	private ended(how: Ending): void {
		this.closeStage();
		this.controls.hidden = true;
		this.screen.block(false, () => {});
		const again: Button = ['Connect again', () => void this.enter()];
		if (how === 'removed') this.screen.say('You were removed from this stream');
		else if (how === 'elsewhere') this.screen.say('You are here in another window', '', [again]);
		else if (how === 'lost') this.screen.say('The connection was lost', '', [again]);
		else this.screen.say('This stream was closed', '', [again]);
		this.poll.forget();
		this.loop.now();
	}

	// ---- the host -------------------------------------------------------

	private hostControls(stage: Stage): void {
		const toggle = (on: string, off: string, is: () => boolean, set: (on: boolean) => Promise<void>) => {
			const button = h('button', { type: 'button', class: 'toggle' });
			const show = () => {
				setText(button, is() ? on : off);
				button.classList.toggle('off', !is());
			};
			button.onclick = async () => {
				button.disabled = true;
				await set(!is()).catch(() => setText(this.error, 'The device does not answer.'));
				button.disabled = false;
				show();
			};
			show();
			return button;
		};
		const share = h('button', { type: 'button' }, 'Copy address');
		share.onclick = async () => {
			const address = pageUrl(`#/live/${encodeURIComponent(this.id)}`);
			const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
			setText(share, copied ? 'Copied' : address);
		};
		fill(this.controls,
			toggle('Mute', 'Unmute', () => stage.microphoneOn, (on) => stage.setMicrophone(on)),
			toggle('Camera off', 'Camera on', () => stage.cameraOn, (on) => stage.setCamera(on)),
			share, this.endButton());
		this.controls.hidden = false;
	}

	// Not on air, but the stream is open: it can still be ended.
	private endOnly(): void {
		fill(this.controls, this.endButton());
		this.controls.hidden = false;
	}

	// Asks once more before everybody is sent home.
	private endButton(): HTMLElement {
		const place = h('span', { class: 'row end' });
		const end = h('button', { type: 'button', class: 'danger' }, 'End stream');
		const yes = h('button', { type: 'button', class: 'danger' }, 'End for everybody');
		const no = h('button', { type: 'button' }, 'Keep going');
		end.onclick = () => {
			fill(place, yes, no);
			yes.focus();
		};
		no.onclick = () => {
			fill(place, end);
			end.focus();
		};
		yes.onclick = async () => {
			yes.disabled = true;
			try {
				this.show((await api.end(this.id)).stream);
				this.heading.focus();
			} catch (problem) {
				setText(this.error, sentence(problem));
			}
			yes.disabled = false;
		};
		fill(place, end);
		return place;
	}
}

// ready: fresh from the go-live page; retitle tells the window's title.
export function liveView(id: string, ready: Ready | null, retitle: (title: string) => void): View {
	return new LivePage(id, ready, retitle);
}
