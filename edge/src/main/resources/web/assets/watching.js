// What is watched: decides the source for a stream, a moment and the viewer's wish, and says in words how it goes.
// The page and the embedded player have one each.
import { Denied } from './api.js';
import { Menus } from './menus.js';
import { OUTPUTS, chooseOutput, isHls } from './outputs.js';
import { badge, describe } from './states.js';
import { Player } from './player.js';
import { Reports } from './reports.js';
import { $, say } from './dom.js';

const RETRY_MS = 1500;
const FAILURES_LIMIT = 2; // in a row, before another output is tried

export class Watching {
  #api;
  #player = new Player($('video'), $('frame'));
  #name = null;
  #stream = null;
  #sessions = null; // of #name, null until they are known
  #failing = new Set(); // of the epoch #triedKey, as chooseOutput() takes it
  #triedKey = '';
  #mode = 'live'; // or "from" or "whole"
  #startMs = null;
  #chosenByItself = false; // "whole" of a stream that had ended before it was looked at
  #unreachableSinceMs = 0;
  #denial = ''; // code of the server's error, while it does not let this viewer watch
  #choice = null;
  #onAction;

  /**
   * @param {Api} api
   * @param {?string} output that the viewer wishes
   * @param {() => void} onChange called when the viewer goes elsewhere by a button of the notice
   */
  constructor(api, output, onChange) {
    this.#api = api;
    this.output = output;
    new Menus(this.#player);
    new Reports(this.#player, $('video'), api);
    $('action').addEventListener('click', () => {
      if (this.#onAction === 'whole') this.playWhole();
      else this.playLive();
      onChange();
    });
    setInterval(() => { this.#player.watch(); this.#speak(); }, 1000);
    for (const event of ['playing', 'waiting', 'ended', 'seeking']) $('video').addEventListener(event, () => this.#speak());
  }

  get name() { return this.#name; }
  get startMs() { return this.#mode === 'from' ? this.#startMs : null; }
  get isLive() { return this.#mode === 'live' && this.#stream !== null && this.#stream.state !== 'ended'; }
  get choice() { return this.#choice; }

  /** Turns to another stream. */
  choose(name, startMs = null) {
    if (name !== this.#name) {
      this.#player.stop();
      this.#stream = this.#sessions = this.#choice = null;
    }
    this.#name = name;
    this.#go(startMs === null ? 'live' : 'from', startMs);
  }

  playFrom(startMs) { this.#go('from', startMs); }
  playLive() { this.#go('live', null); }
  playWhole() {
    if (this.#mode === 'whole') this.#player.again();
    else this.#go('whole', null);
  }

  #go(mode, startMs) {
    this.#mode = mode;
    this.#startMs = startMs;
    this.#chosenByItself = false;
    if (this.#stream) this.update(this.#stream, this.#sessions);
  }

  /** What the server says now. The stream is null if it has none of the name. */
  update(stream, sessions) {
    this.#unreachableSinceMs = 0;
    this.#denial = '';
    this.#stream = stream;
    this.#sessions = sessions;
    if (stream) this.#play();
    this.#speak();
  }

  /** The server does not answer, or does not let this viewer watch: what has been loaded plays on. */
  failed(error) {
    this.#denial = error instanceof Denied ? error.code : '';
    if (this.#denial !== '') this.#unreachableSinceMs = 0;
    else if (this.#unreachableSinceMs === 0) this.#unreachableSinceMs = Date.now();
    this.#player.failures = 0; // the output is not to blame
    this.#speak();
  }

  #play() {
    const player = this.#player;
    this.#learn();
    if (this.#chosenByItself && player.finished && this.#stream.state === 'live') this.#mode = 'live';
    if (this.#mode === 'live' && this.#stream.state === 'ended') {
      // Who saw the present sees the last of it. Who had seen nothing yet is shown all that is retained.
      if (player.started && player.source?.live && player.source.key.startsWith(this.#epochKey() + ' ')) return;
      this.#mode = 'whole';
      this.#chosenByItself = true;
    }
    // HLS is the output in which one can seek: the past is played by the others only if HLS lacks something.
    this.#choice = chooseOutput(this.#stream, this.#mode === 'live' ? this.output : null, this.#failing);
    if (this.#choice.id === null || this.#isPastOutOfReach()) {
      player.stop();
      return;
    }
    const source = this.#source();
    if (!source) return;
    if (player.source?.key !== source.key) player.play(source);
    else if (this.#isToResume()) player.resume();
  }

  /** Remembers which outputs of this epoch were tried in vain. */
  #learn() {
    const { refusal, failures, source } = this.#player;
    if (this.#triedKey !== this.#epochKey()) this.#failing.clear();
    this.#triedKey = this.#epochKey();
    if (!source?.key.startsWith(this.#triedKey + ' ')) return;
    if (refusal === 'codec_not_in_hls') this.#failing.add('hls').add('ts');
    if (refusal === 'codec_not_in_ts') this.#failing.add('ts');
    if (failures < FAILURES_LIMIT) return;
    if (isHls(source.output)) this.#failing.add(source.output + ' video').add(source.output + ' audio');
    else this.#learnOfFlv(source);
  }

  /** The player does not say which track it fails at: both are tried alone, the sound first. */
  #learnOfFlv({ audio, video }) {
    this.#failing.add(video ? 'flv video' : 'flv audio');
    if (video && !audio) this.#failing.add('flv video alone');
    if (!video && !this.#failing.has('flv video alone')) this.#failing.delete('flv video');
  }

  #isPastOutOfReach() {
    return this.#mode !== 'live' && this.#choice !== null && this.#choice.id !== null && !this.#choice.inHls;
  }

  /** A connection that ended with its stream is not made again; the list may say so a moment later. */
  #isToResume() {
    const { failedAtMs } = this.#player;
    if (failedAtMs === 0 || Date.now() - failedAtMs < RETRY_MS) return false;
    return this.#mode === 'live' ? this.#stream.state === 'live' : this.#player.refusal === '';
  }

  #epochKey() {
    return this.#stream.name + '@' + this.#stream.epoch;
  }

  #source() {
    const key = [this.#epochKey(), this.#choice.id, this.#choice.audio, this.#choice.video].join(' ');
    if (this.#mode === 'live') return this.#make(key, {}, null);
    if (this.#mode === 'from') return this.#make(key + ' ' + this.#startMs, { start: time(this.#startMs) }, this.#startMs);
    // The playlist of an ended stream leads to all of it, an FLV has to be asked for it.
    if (isHls(this.#choice.id)) return this.#make(key + ' whole', {}, null);
    const range = wholeRange(this.#stream, this.#sessions ?? []);
    return range && this.#make(key + ' whole', range, Date.parse(range.start));
  }

  #make(key, range, startMs) {
    const { id, audio, video } = this.#choice;
    const base = id === 'ws' ? location.origin.replace('http', 'ws') : location.origin;
    const url = base + '/' + this.#name + OUTPUTS.find(o => o.id === id).suffix;
    const left = { ...(isHls(id) ? {} : leftOut(this.#stream, this.#choice)), ...this.#api.credentials };
    const source = { key, name: this.#name, output: id, url: withQuery(url, { ...range, ...left }),
      live: this.#mode === 'live', startMs, audio, video };
    source.from = momentMs => ({ ...source, startMs: momentMs,
      url: withQuery(url, { ...range, start: time(momentMs), ...left }) });
    return source;
  }

  #situation() {
    const now = this.#api.now();
    const onScreenMs = this.#player.onScreenMs(now - Date.now());
    return { stream: this.#stream, name: this.#name, choice: this.#choice ?? { id: 'hls', lacks: '', elsewhere: '' }, mode: this.#mode,
      output: this.#choice?.id ?? 'hls', now, player: { started: this.#player.started, finished: this.#player.finished,
        blocked: this.#player.blocked, waiting: this.#player.waiting, starvedMs: this.#player.starvedMs() },
      denial: this.#denial, unreachableMs: this.#unreachableSinceMs === 0 ? 0 : Date.now() - this.#unreachableSinceMs,
      refusal: this.#player.refusal, pastOutOfReach: this.#isPastOutOfReach(),
      onScreenMs, behindMs: onScreenMs === null ? null : now - onScreenMs };
  }

  /** The picture's moment, how far it is behind the present (null where nobody knows), and the badge. */
  view() {
    const situation = this.#situation();
    return { ...situation, badge: badge(situation) };
  }

  #speak() {
    if (this.#name === null) return;
    const situation = this.#situation();
    const { text: state, kind } = badge(situation);
    say($('state'), state);
    $('state').className = 'state ' + kind;
    $('state').hidden = state === '';
    const { text, count, action } = describe(situation);
    say($('words'), text);
    say($('count'), count);
    this.#onAction = action;
    say($('action'), action === 'whole' ? 'Watch it from the beginning' : 'Go to live');
    $('action').hidden = action === null;
    $('notice').hidden = text === '';
    $('video').controls = this.#player.started || this.#player.blocked; // its spinner would lie below the words
    $('screen').classList.toggle('idle', !this.#player.started && $('frame').hidden);
  }
}

/** All that is retained of the stream's newest epoch, as the API's own URLs say it; null if nothing is. */
function wholeRange(stream, sessions) {
  const its = sessions.filter(s => s.epoch === stream.epoch).map(s => new URLSearchParams(s.url.split('?')[1]));
  if (its.length === 0) return null;
  const end = its.at(-1).get('end');
  return { start: its[0].get('start'), ...(end && { end }) };
}

/** Parameters that leave out of FLV what cannot be played of it. */
function leftOut(stream, choice) {
  return Object.fromEntries(['video', 'audio'].filter(kind => !choice[kind] && stream.tracks.some(t => t.kind === kind))
    .map(kind => [kind, '0']));
}

function withQuery(url, parameters) {
  const query = Object.entries(parameters).map(([name, value]) => name + '=' + encodeURIComponent(value).replaceAll('%3A', ':')).join('&');
  return query === '' ? url : url + '?' + query;
}

function time(ms) {
  return new Date(ms).toISOString();
}
