// One video element that plays one source at a time by hls.js, mpegts.js or the browser, and watches whether it moves.
import { playHls } from './hlsplayer.js';
import { isHls } from './outputs.js';

const STILL_MS = 6000; // a picture that stands for so long while media is there is loaded again
const PLENTY_S = 1; // media ahead of the playhead with which a player should move
const PAST_FLV = { lazyLoad: false, autoCleanupSourceBuffer: true };
const SOON_MS = 10_000; // a player that fails so soon has failed at the media
const LIVE_FLV = { lazyLoad: false, liveBufferLatencyChasing: true, liveBufferLatencyMaxLatency: 2.5,
  liveBufferLatencyMinRemain: 0.6 };

/**
 * A source is {key, name, output, url, live, startMs, audio, video, from}: key tells sources apart, output is of
 * OUTPUTS, startMs is the moment that an FLV of the past begins with, audio and video say which of them to play, from(ms) is the
 * same source from another moment.
 */
export class Player {
  #video;
  #frame;
  #engine = null; // {stop(), dateMs(), resume(), choices(), choose(), bitrateKbps()}
  #wish = { quality: null, sound: null }; // of playHls
  #lastKey = '';
  #onMediaError = null; // of an FLV
  #loadedAtMs = 0;
  #arrivedEnd = 0;
  #time = 0;
  #arrivedAtMs = 0;
  #movedAtMs = 0;
  #wantedAtMs = 0; // when the stream of this name was chosen

  source = null;
  started = false; // a picture or sound of this source was played
  finished = false; // played to its end
  waiting = false;
  blocked = false; // the browser wants a click first
  failedAtMs = 0; // when the connection ended or broke, 0 while it holds
  refusal = ''; // code of the server's error, of sources that it refused
  reloads = 0;
  startDelayMs = null; // from the choice of the stream until it played, null until then
  stalls = 0; // since then
  failures = 0; // times in a row that the source's media could not be played
  onChoices = () => {}; // called when choices() changes

  /**
   * @param {HTMLVideoElement} video
   * @param {HTMLCanvasElement} frame covers the video with its last picture while a source is loaded again
   */
  constructor(video, frame) {
    this.#video = video;
    this.#frame = frame;
    video.addEventListener('playing', () => {
      this.started = true;
      this.startDelayMs ??= Date.now() - this.#wantedAtMs;
      this.waiting = this.blocked = this.finished = false;
    });
    video.addEventListener('timeupdate', () => { if (!video.paused && video.readyState > 2) this.#frame.hidden = true; });
    video.addEventListener('waiting', () => {
      if (this.started && !video.seeking) this.stalls++;
      this.waiting = true;
    });
    video.addEventListener('ended', () => { this.finished = true; });
    // mpegts.js reports some errors by throwing them where nobody catches.
    video.addEventListener('error', () => this.#onMediaError?.());
    window.addEventListener('error', event => { if (/mpegts/.test(event.filename)) this.#onMediaError?.(); });
    window.addEventListener('unhandledrejection', event => {
      if (!(event.reason instanceof DOMException)) this.#onMediaError?.();
    });
    video.addEventListener('seeking', () => { this.finished = false; });
  }

  /** Plays a source from its beginning, a live one from now. */
  play(source) {
    const same = this.source?.name === source.name;
    if (!same) {
      this.#wantedAtMs = Date.now();
      this.startDelayMs = null;
      this.stalls = 0;
    }
    if (same) this.#freeze();
    this.#end();
    if (!same) this.#frame.hidden = true;
    if (this.#lastKey !== source.key) this.failures = 0;
    this.#lastKey = source.key;
    this.source = source;
    this.#loadedAtMs = this.#arrivedAtMs = this.#movedAtMs = Date.now();
    this.#engine = isHls(source.output) ? this.#hls(source) : this.#flv(source);
    if (!same || !isHls(source.output)) this.onChoices(); // the menus of a stream that is loaded again keep the focus
    this.#video.play().catch(error => { this.blocked = error.name === 'NotAllowedError'; });
  }

  stop() {
    this.#end();
    this.onChoices();
  }

  #end() {
    this.#onMediaError = null;
    this.#engine?.stop();
    this.#engine = null;
    this.source = null;
    this.started = this.finished = this.waiting = this.blocked = false;
    this.failedAtMs = this.#arrivedEnd = this.#time = 0;
    this.refusal = '';
  }

  /**
   * What can be chosen of the source, or null.
   *
   * @returns {?{quality: {options: Array<{id: string, text: string}>, chosen: string}, audio: object,
   *     latency: object}} audio and latency are like quality
   */
  choices() {
    return this.#engine?.choices?.() ?? null;
  }

  /** @param {string} kind "quality", "audio" or "latency" */
  choose(kind, id) {
    this.#wish = { ...this.#wish, ...this.#engine?.choose?.(kind, id) };
    this.onChoices();
  }

  /** Plays the source from its beginning again. */
  again() {
    if (!isHls(this.source.output)) this.play({ ...this.source });
    this.#video.currentTime = 0;
    this.#video.play();
  }

  /** Loads on after the connection broke: keeps what is buffered where the player can. */
  resume() {
    this.failedAtMs = 0;
    if (!this.#engine.resume?.(this.started)) this.play({ ...this.source });
  }

  /** Looks at the playhead; called every second. Loads a source again that stands still although media is there. */
  watch() {
    const nowMs = Date.now();
    const endS = this.#bufferedEnd();
    if (endS > this.#arrivedEnd + 0.05 || endS < this.#arrivedEnd - 1) {
      this.#arrivedEnd = endS;
      this.#arrivedAtMs = nowMs;
    }
    const video = this.#video;
    if (video.currentTime !== this.#time || video.paused || video.ended || document.hidden) {
      this.#time = video.currentTime;
      this.#movedAtMs = nowMs;
    }
    if (this.source && nowMs - this.#movedAtMs > STILL_MS && endS - video.currentTime > PLENTY_S) {
      this.reloads++;
      const momentMs = this.onScreenMs();
      this.play(this.source.live || momentMs === null ? { ...this.source } : this.source.from(momentMs));
    }
  }

  /** How long nothing has arrived at a player that has little left to play. */
  starvedMs() {
    const left = this.#bufferedEnd() - this.#video.currentTime;
    return this.#video.paused && this.started || left > 3 ? 0 : Date.now() - this.#arrivedAtMs;
  }

  /**
   * The wall-clock time of the picture on the screen, ms since 1970, or null where nobody knows it. HLS says it. A live FLV
   * stream does not: there the newest picture that has arrived is taken for the present.
   *
   * @param {number} clockOffsetMs of the server
   */
  onScreenMs(clockOffsetMs = 0) {
    if (!this.source || this.#video.readyState < 2) return null;
    if (isHls(this.source.output)) return this.#engine.dateMs();
    if (this.source.live) {
      return this.#arrivedAtMs + clockOffsetMs - (this.#bufferedEnd() - this.#video.currentTime) * 1000;
    }
    return this.source.startMs + this.#video.currentTime * 1000;
  }

  /** Media ahead of the playhead. */
  get bufferedS() {
    return this.#bufferedEnd() - this.#video.currentTime;
  }

  /** The declared bitrate of what is played, or null where the format declares none. */
  get bitrateKbps() {
    return this.#engine?.bitrateKbps?.() ?? null;
  }

  #bufferedEnd() {
    const { buffered, currentTime } = this.#video;
    return buffered.length ? buffered.end(buffered.length - 1) : currentTime;
  }

  #freeze() {
    const { videoWidth, videoHeight, readyState } = this.#video;
    if (!videoWidth || readyState < 2) return;
    this.#frame.width = videoWidth;
    this.#frame.height = videoHeight;
    this.#frame.getContext('2d').drawImage(this.#video, 0, 0);
    this.#frame.hidden = false;
  }

  #failed(refusal = '') {
    if (this.failedAtMs === 0) this.failedAtMs = Date.now();
    this.refusal = refusal;
  }

  /** The connection holds, but the player cannot play what comes. */
  #stumbled() {
    const nowMs = Date.now();
    this.failures = nowMs - this.#loadedAtMs < SOON_MS ? this.failures + 1 : 1;
    this.#loadedAtMs = nowMs;
  }

  #hls(source) {
    const isCurrent = () => this.source === source;
    return playHls(this.#video, source, this.#wish, {
      mediaError: isHopeless => {
        if (!isCurrent()) return;
        this.#stumbled();
        if (isHopeless) this.failures = Infinity;
      },
      networkError: isRefused => {
        if (!isCurrent()) return;
        if (isRefused) refusalOf(source.url).then(code => isCurrent() && this.#failed(code));
        else this.#failed();
      },
      choices: () => { if (isCurrent()) this.onChoices(); },
    });
  }

  #flv(source) {
    const player = mpegts.createPlayer({ type: 'flv', isLive: true, url: source.url, hasAudio: source.audio,
      hasVideo: source.video }, source.live ? LIVE_FLV : PAST_FLV);
    let isOver = false;
    const stop = () => {
      if (!isOver) player.destroy();
      isOver = true;
    };
    this.#onMediaError = () => {
      if (this.failedAtMs > 0) return;
      this.#stumbled();
      this.#failed();
      setTimeout(stop); // or it would throw at all that comes
    };
    player.on(mpegts.Events.ERROR, (type, detail) => {
      if (this.source !== source) return;
      if (type === mpegts.ErrorTypes.MEDIA_ERROR) this.#onMediaError();
      else if (this.failedAtMs === 0) {
        if (detail !== mpegts.ErrorDetails.NETWORK_STATUS_CODE_INVALID) this.#stumbled();
        this.#failed();
      }
    });
    // The server ends a response with the stream, or the connection was cut: the list of streams tells which.
    player.on(mpegts.Events.LOADING_COMPLETE, () => { if (this.source === source) this.#failed(); });
    player.attachMediaElement(this.#video);
    player.load();
    return { stop };
  }
}

/** The code of the JSON that the server refuses a URL with, or "". */
async function refusalOf(url) {
  try {
    const response = await fetch(url, { cache: 'no-store' });
    return response.ok ? '' : (await response.json()).error.code;
  } catch {
    return '';
  }
}
