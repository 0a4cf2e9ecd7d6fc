// Reports to the server what the viewer experiences: event reports of CMCD (CTA-5004-A) while something plays. No report says who
// watches: the session is a random number that ends with the page or with the next stream.
import { isHls } from './outputs.js';

const URL_OF_REPORTS = '/api/v1/cmcd';
const INTERVAL_MS = 10_000;
const GONE = 410; // the server collects no reports

export class Reports {
  #player;
  #video;
  #api;
  #session = null; // {id, name}
  #off = false;

  /** @param {Api} api whose clock and credentials are used */
  constructor(player, video, api) {
    this.#player = player;
    this.#video = video;
    this.#api = api;
    setInterval(() => this.#send('t'), INTERVAL_MS);
    video.addEventListener('playing', () => { if (this.#player.source?.name !== this.#session?.name) this.#send('ps'); });
    window.addEventListener('pagehide', () => this.#end());
  }

  #end() {
    if (this.#session !== null) this.#post(this.#head('ps') + ',sta=q');
    this.#session = null;
  }

  #send(event) {
    const { source, started } = this.#player;
    if (this.#session !== null && source?.name !== this.#session.name) this.#end();
    if (!source || !started || this.#off) return;
    this.#session ??= { id: random(), name: source.name };
    this.#post([this.#head(event), ...this.#values(source)].join(','));
  }

  #head(event) {
    const { id, name } = this.#session;
    return `e=${event},ts=${Math.round(this.#api.now())},v=2,sid="${id}",cid="${name}"`;
  }

  #values(source) {
    const { startDelayMs, stalls, bitrateKbps } = this.#player;
    const values = ['sta=' + this.#state(), 'sf=' + (isHls(source.output) ? 'h' : 'o'), 'st=' + (source.live ? 'l' : 'v'),
      `bsa=(${stalls})`, `bl=(${Math.max(0, Math.round(this.#player.bufferedS * 1000))})`];
    if (startDelayMs !== null) values.push('msd=' + startDelayMs);
    if (bitrateKbps) values.push(`br=(${Math.round(bitrateKbps)})`);
    const shownMs = source.live && isHls(source.output) ? this.#player.onScreenMs() : null;
    if (shownMs !== null) values.push('ltc=' + Math.max(0, Math.round(this.#api.now() - shownMs)));
    return values;
  }

  #state() {
    if (this.#video.paused) return 'a';
    return this.#player.waiting ? 'r' : 'p';
  }

  /** A report that does not arrive is not sent again: the next one replaces it. */
  #post(report) {
    const credentials = new URLSearchParams(this.#api.credentials).toString();
    fetch(URL_OF_REPORTS + (credentials === '' ? '' : '?' + credentials), { method: 'POST', keepalive: true, body: report,
      headers: { 'Content-Type': 'application/cmcd' } })
      .then(response => { this.#off ||= response.status === GONE; }, () => {});
  }
}

/** crypto.randomUUID() exists on pages of HTTPS only. */
function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}
