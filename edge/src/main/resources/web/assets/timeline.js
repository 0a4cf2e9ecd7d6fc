// What is retained of one stream, as a bar of its sessions and a list of them; a click picks a moment.
// Knows the DOM of its own two elements alone, asks no server and owns no clock: all comes in by show() and mark().
export class Timeline {
  static #SHORTEST_MS = 1000; // a bar of less has no scale
  static #STEP_MS = 10_000; // arrow keys
  static #LISTED = 20;

  #bar;
  #list;
  #onPick;
  #spans = []; // {fromMs, toMs, live, bytes}, oldest first
  #fromMs = 0;
  #toMs = 0;
  #markMs = null;

  /**
   * @param {HTMLElement} bar shows the sessions; role slider
   * @param {HTMLElement} list takes one line a session
   * @param {(momentMs: ?number) => void} onPick ms since 1970, inside of a session; null is the present
   */
  constructor(bar, list, onPick) {
    this.#bar = bar;
    this.#list = list;
    this.#onPick = onPick;
    bar.addEventListener('click', event => this.#pick(this.#momentAt(event.clientX)));
    bar.addEventListener('pointermove', event => { bar.dataset.hint = Timeline.clock(this.#momentAt(event.clientX)); this.#hint(event.clientX); });
    bar.addEventListener('keydown', event => {
      if (event.key === 'Home' || event.key === 'End') {
        event.preventDefault();
        this.#pick(event.key === 'Home' ? this.#fromMs : this.#toMs);
        return;
      }
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -6, PageUp: 6 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.#pick((this.#markMs ?? this.#toMs) + step * Timeline.#STEP_MS);
    });
  }

  /**
   * @param {Array<{startedAt: string, endedAt: ?string, durationMs: number, bytes: number}>} sessions of the API, oldest first
   * @param {number} nowMs the server's clock
   */
  show(sessions, nowMs) {
    this.#spans = sessions.map(s => {
      const fromMs = Date.parse(s.startedAt);
      const toMs = s.endedAt ? Date.parse(s.endedAt) : nowMs;
      return { fromMs, toMs: Math.max(toMs, fromMs), live: !s.endedAt, bytes: s.bytes };
    }).filter(s => !Number.isNaN(s.fromMs));
    this.#bar.parentElement.hidden = this.#bar.hidden = this.#spans.length === 0;
    if (this.#spans.length === 0) return;
    this.#fromMs = this.#spans[0].fromMs;
    this.#toMs = Math.max(this.#fromMs + Timeline.#SHORTEST_MS, ...this.#spans.map(s => s.toMs));
    this.#bar.setAttribute('aria-valuemin', this.#fromMs);
    this.#bar.setAttribute('aria-valuemax', this.#toMs);
    this.#bar.querySelectorAll('.span').forEach(old => old.remove());
    this.#spans.forEach(span => {
      const block = document.createElement('i');
      block.className = span.live ? 'span live' : 'span';
      block.style.left = this.#percent(span.fromMs);
      block.style.width = 100 * (span.toMs - span.fromMs) / (this.#toMs - this.#fromMs) + '%';
      this.#bar.prepend(block);
    });
    this.#bar.querySelector('.from').textContent = Timeline.clock(this.#fromMs);
    this.#bar.querySelector('.to').textContent = this.#spans.at(-1).live ? 'now' : Timeline.clock(this.#toMs);
    this.#lines();
    this.mark(this.#markMs);
  }

  /** @param {?number} momentMs what is on the screen, or null */
  mark(momentMs) {
    this.#markMs = momentMs;
    const head = this.#bar.querySelector('.head');
    head.hidden = momentMs === null;
    if (momentMs === null) {
      this.#bar.setAttribute('aria-valuenow', Math.round(this.#toMs));
      this.#bar.setAttribute('aria-valuetext', 'not known');
      return;
    }
    head.style.left = this.#percent(Math.min(this.#toMs, Math.max(this.#fromMs, momentMs)));
    this.#bar.setAttribute('aria-valuenow', Math.round(momentMs));
    this.#bar.setAttribute('aria-valuetext', Timeline.clock(momentMs));
  }

  /** A moment in the viewer's own zone; with the day where it is not today. */
  static clock(momentMs) {
    const date = new Date(momentMs);
    const time = date.toLocaleTimeString();
    return date.toDateString() === new Date().toDateString() ? time : date.toLocaleDateString() + ' ' + time;
  }

  #percent(momentMs) {
    return 100 * (momentMs - this.#fromMs) / (this.#toMs - this.#fromMs) + '%';
  }

  #momentAt(clientX) {
    const box = this.#bar.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
    return this.#fromMs + share * (this.#toMs - this.#fromMs);
  }

  #hint(clientX) {
    this.#bar.style.setProperty('--hint', clientX - this.#bar.getBoundingClientRect().left + 'px');
  }

  /**
   * A hole between two sessions means the session behind it, and what is before or after all its nearest end. The end of a
   * session that goes on means the present.
   */
  #pick(momentMs) {
    const span = this.#spans.find(s => momentMs < s.toMs) ?? this.#spans.at(-1);
    if (!span) return;
    if (span.live && momentMs >= span.toMs) this.#onPick(null);
    else this.#onPick(Math.max(span.fromMs, Math.min(momentMs, span.toMs - Timeline.#SHORTEST_MS)));
  }

  #lines() {
    const lines = this.#spans.slice(-Timeline.#LISTED).reverse().map(span => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = '▶ ' + Timeline.clock(span.fromMs) + ' – ' + (span.live ? 'now' : Timeline.clock(span.toMs));
      button.addEventListener('click', () => this.#onPick(span.fromMs));
      const about = document.createElement('span');
      about.className = 'soft';
      about.textContent = Timeline.#length(span.toMs - span.fromMs) + ' · ' + (span.bytes / 1e6).toFixed(1) + ' MB';
      const line = document.createElement('li');
      line.append(button, about);
      return line;
    });
    // Rewritten only where the text changed, so that focus stays.
    const same = lines.length === this.#list.children.length
      && lines.every((line, i) => line.textContent === this.#list.children[i].textContent);
    if (!same) this.#list.replaceChildren(...lines);
  }

  static #length(ms) {
    const minutes = Math.floor(ms / 60_000);
    return minutes > 0 ? minutes + ' min ' + Math.floor(ms / 1000) % 60 + ' s' : Math.floor(ms / 1000) + ' s';
  }
}
