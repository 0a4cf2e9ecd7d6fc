// The table of streams. Its rows stay, so that focus and posters do.
import { $, element, say } from './shared/dom.js';
import { picture, rate, stateName, watching } from './facts.js';

const PAGE_SIZE = 100;
const TYPING_MS = 250;

export class Streams {
  #rows = new Map();
  #onSeen;
  #seen;

  limit = PAGE_SIZE;

  /**
   * @param {() => void} onAsk called when the operator asks for others or more
   * @param {(name: string) => void} onSeen called with the name of a row that is on the screen
   */
  constructor(onAsk, onSeen) {
    this.#onSeen = onSeen;
    this.#seen = new IntersectionObserver(entries => entries.forEach(({ target, isIntersecting }) => {
      const row = this.#rows.get(target.dataset.name);
      if (row) row.isSeen = isIntersecting;
    }));
    let typing = 0;
    $('search').addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => { this.limit = PAGE_SIZE; onAsk(); }, TYPING_MS);
    });
    $('states').addEventListener('change', () => { this.limit = PAGE_SIZE; onAsk(); });
    $('more').addEventListener('click', () => { this.limit += PAGE_SIZE; onAsk(); });
  }

  get search() { return $('search').value.trim(); }
  get states() { return $('states').value; }

  /** The canvas of a stream's poster; null if it has no row. */
  canvas(name) { return this.#rows.get(name)?.canvas ?? null; }

  /** @param {object[]} streams in the order of the table */
  show(streams, hasMore) {
    const wanted = new Set(streams.map(stream => stream.name));
    for (const [name, row] of this.#rows) {
      if (!wanted.has(name)) {
        this.#seen.unobserve(row.element);
        row.element.remove();
        this.#rows.delete(name);
      }
    }
    streams.forEach((stream, i) => {
      const row = this.#rows.get(stream.name) ?? this.#add(stream.name);
      if ($('rows').children[i] !== row.element) $('rows').insertBefore(row.element, $('rows').children[i] ?? null);
      update(row, stream);
      if (row.isSeen && stream.state !== 'ended') this.#onSeen(stream.name);
    });
    $('more').hidden = !hasMore;
    $('none').hidden = streams.length > 0;
    say($('none'), this.search ? 'No stream has “' + this.search + '” in its name.'
      : this.states === 'ended' ? 'No ended stream is retained.' : 'Nothing is on air. A stream appears here as soon as an encoder sends it.');
  }

  #add(name) {
    const link = element('a', '', name);
    link.href = '#' + encodeURI(name);
    const row = { isSeen: true, link, canvas: element('canvas', ''), state: element('span', 'state'), viewers: element('td', 'number'),
      bitrate: element('td', 'number wide'), picture: element('td', 'wide'), warnings: element('td', 'number') };
    [row.canvas.width, row.canvas.height] = [160, 90];
    row.canvas.setAttribute('aria-hidden', true);
    const title = element('th', 'name', link, row.state);
    title.scope = 'row';
    row.element = element('tr', '', element('td', 'thumb', row.canvas), title, row.viewers, row.bitrate,
      row.picture, row.warnings);
    row.element.dataset.name = name;
    this.#rows.set(name, row);
    this.#seen.observe(row.element);
    return row;
  }
}

function update(row, stream) {
  row.state.className = 'state ' + stream.state;
  say(row.state, stateName(stream.state));
  say(row.viewers, String(watching(stream)));
  say(row.bitrate, rate(stream.bitrate));
  say(row.picture, picture(stream));
  const warnings = stream.warnings.length;
  row.warnings.className = warnings ? 'number warned' : 'number soft';
  say(row.warnings, warnings ? '⚠ ' + warnings : '0');
}
