// LiveKit behind a small door: join a room, show or send picture and sound,
// and say in one word what happened. Loaded only when somebody watches or goes
// live; knows neither the page nor the API.

import {
	ConnectionError,
	ConnectionErrorReason,
	DisconnectReason,
	MediaDeviceFailure,
	Room,
	RoomEvent,
	Track,
	createLocalTracks,
	type LocalTrack,
	type RemoteParticipant,
	type RemoteTrack,
} from 'livekit-client';

// How a visit ended: over (the room is gone), removed, elsewhere (joined again
// in another window), lost (everything else).
export type Ending = 'over' | 'removed' | 'elsewhere' | 'lost';

export interface StageListener {
	picture(present: boolean): void;
	blocked(blocked: boolean): void; // the browser wants a click before sound
	reconnecting(on: boolean): void;
	ended(how: Ending): void;
	deviceLost(sentence: string): void;
}

// Camera and microphone, opened but sent nowhere.
export class Devices {
	constructor(readonly tracks: LocalTrack[]) {}

	show(video: HTMLVideoElement): void {
		this.tracks.find((track) => track.kind === Track.Kind.Video)?.attach(video);
	}

	close(): void {
		for (const track of this.tracks) {
			track.detach();
			track.stop();
		}
	}
}

function deviceSentence(error: unknown): string {
	switch (MediaDeviceFailure.getFailure(error)) {
	case MediaDeviceFailure.PermissionDenied:
		return 'The browser may not use the camera and microphone. Allow both for this page '
			+ '(the icon beside the address), then try again.';
	case MediaDeviceFailure.NotFound:
		return 'No camera or no microphone was found. Connect one and try again.';
	case MediaDeviceFailure.DeviceInUse:
		return 'Another program is using the camera or microphone. Close it and try again.';
	default:
		return 'The camera or microphone could not be opened.';
	}
}

// Throws an Error whose message is for people.
export async function openDevices(): Promise<Devices> {
	if (!navigator.mediaDevices) {
		throw new Error('Browsers give camera and microphone to secure pages only: '
			+ 'open this page with https, or on this computer itself.');
	}
	try {
		return new Devices(await createLocalTracks({ audio: true, video: true }));
	} catch (error) {
		throw new Error(deviceSentence(error));
	}
}

function joinSentence(error: unknown, serverUrl: string): string {
	if (error instanceof ConnectionError && error.reason === ConnectionErrorReason.NotAllowed)
		return 'The media server did not let you in: the stream may just have ended.';
	return `The media server (${serverUrl}) cannot be reached. `
		+ 'It may be down, or this network may not let video through.';
}

function endingOf(reason: DisconnectReason | undefined): Ending {
	switch (reason) {
	case DisconnectReason.ROOM_DELETED:
	case DisconnectReason.ROOM_CLOSED:
		return 'over';
	case DisconnectReason.PARTICIPANT_REMOVED:
		return 'removed';
	case DisconnectReason.DUPLICATE_IDENTITY:
		return 'elsewhere';
	default:
		return 'lost';
	}
}

export class Stage {
	private readonly room = new Room({ adaptiveStream: true, dynacast: true });
	private readonly sounds = new Set<HTMLMediaElement>();
	private leaving = false;
	private joined = false;

	// host: whose picture is shown; video: where.
	constructor(
		private readonly host: string,
		private readonly video: HTMLVideoElement,
		private readonly listener: StageListener,
	) {
		this.room
			.on(RoomEvent.TrackSubscribed, (track, _publication, who) => this.add(track, who))
			.on(RoomEvent.TrackUnsubscribed, (track, _publication, who) => this.drop(track, who))
			.on(RoomEvent.TrackMuted, () => this.tellPicture())
			.on(RoomEvent.TrackUnmuted, () => this.tellPicture())
			.on(RoomEvent.AudioPlaybackStatusChanged, () => this.tellBlocked())
			.on(RoomEvent.VideoPlaybackStatusChanged, () => this.tellBlocked())
			.on(RoomEvent.SignalReconnecting, () => listener.reconnecting(true))
			.on(RoomEvent.Reconnecting, () => listener.reconnecting(true))
			.on(RoomEvent.Reconnected, () => listener.reconnecting(false))
			.on(RoomEvent.MediaDevicesError, (error) => listener.deviceLost(deviceSentence(error)))
			.on(RoomEvent.Disconnected, (reason) => {
				if (this.joined && !this.leaving) listener.ended(endingOf(reason));
			});
	}

	// Joins; throws an Error whose message is for people.
	async join(serverUrl: string, token: string): Promise<void> {
		try {
			await this.room.connect(serverUrl, token);
		} catch (error) {
			throw new Error(joinSentence(error, serverUrl));
		}
		this.joined = true;
		this.tellPicture();
		this.tellBlocked();
	}

	// Sends the opened devices to everybody in the room.
	async publish(devices: Devices): Promise<void> {
		for (const track of devices.tracks) await this.room.localParticipant.publishTrack(track);
		devices.show(this.video);
		this.tellPicture();
	}

	get microphoneOn(): boolean {
		return this.room.localParticipant.isMicrophoneEnabled;
	}

	get cameraOn(): boolean {
		return this.room.localParticipant.isCameraEnabled;
	}

	async setMicrophone(on: boolean): Promise<void> {
		await this.room.localParticipant.setMicrophoneEnabled(on);
	}

	async setCamera(on: boolean): Promise<void> {
		await this.room.localParticipant.setCameraEnabled(on);
		this.tellPicture();
	}

	// From a click: browsers then let sound and picture start.
	async unblock(): Promise<void> {
		await this.room.startVideo();
		await this.room.startAudio();
		this.tellBlocked();
	}

	async leave(): Promise<void> {
		this.leaving = true;
		for (const sound of this.sounds) sound.remove();
		this.sounds.clear();
		await this.room.disconnect();
	}

	private add(track: RemoteTrack, who: RemoteParticipant): void {
		if (who.identity !== this.host) return;
		if (track.kind === Track.Kind.Video) {
			track.attach(this.video);
		} else {
			const sound = track.attach();
			this.sounds.add(sound);
			document.body.append(sound);
		}
		this.tellPicture();
	}

	private drop(track: RemoteTrack, who: RemoteParticipant): void {
		if (who.identity !== this.host) return;
		for (const element of track.detach()) {
			if (this.sounds.delete(element)) element.remove();
		}
		this.tellPicture();
	}

	private tellPicture(): void {
		const local = this.room.localParticipant;
		const who = local.identity === this.host ? local : this.room.remoteParticipants.get(this.host);
		const camera = who?.getTrackPublication(Track.Source.Camera);
		const screen = who?.getTrackPublication(Track.Source.ScreenShare);
		const shown = [camera, screen].some((one) => one?.track !== undefined && !one.isMuted);
		this.listener.picture(shown);
	}

	private tellBlocked(): void {
		this.listener.blocked(!this.room.canPlaybackAudio || !this.room.canPlaybackVideo);
	}
}
