// One stream: what comes in, how it runs, who watches it.
import { $, button, copyLine, element, fill, say } from './shared/dom.js';
import { delay, duration, exportCommands, rate, size, source, stateName, watching } from './facts.js';
import { Plot } from './plot.js';

const PLOTS = [['bitrate', 'Bitrate', rate], ['frameRate', 'Frame rate', value => value === null ? '–' : Math.round(value * 10) / 10 + ' fps'],
  ['latencyMs', 'Latency at this edge', delay], ['viewers', 'Viewers of this edge', value => value === null ? '–' : String(Math.round(value))]];

export class Detail {
  #plots = PLOTS.map(([kind, title, format]) => ({ kind, plot: new Plot(title, format) }));
  #history;
  #onKick;
  /** Of the viewers, by id. */
  #rows = new Map();

  /**
   * @param {import('./history.js').History} history
   * @param {(viewer: object) => void} onKick called when the operator wants a viewer to be disconnected
   */
  constructor(history, onKick) {
    this.#history = history;
    this.#onKick = onKick;
    $('plots').append(...this.#plots.map(({ plot }) => plot.element));
  }

  show(stream, nowMs) {
    say($('name'), stream.name);
    say($('state'), stateName(stream.state));
    $('state').className = 'state ' + stream.state;
    fill($('warnings'), stream.warnings.length === 0 ? [element('li', 'soft', 'None')]
      : stream.warnings.map(warning => element('li', 'warning', element('b', '', '⚠ ' + warning.code.replaceAll('_', ' ')), ' ' + warning.message)));
    fill($('facts'), source(stream, nowMs).map(([name, text]) => element('div', '', element('dt', '', name), element('dd', '', text))));
    for (const { kind, plot } of this.#plots) plot.show(this.#history.of(stream.name, kind), nowMs);
    $('kick-all').disabled = watching(stream) === 0;
  }

  /** @param {object[]} sessions retained, oldest first */
  showExports(name, sessions) {
    const texts = exportCommands(name, sessions);
    if ($('exports').dataset.text === JSON.stringify(texts)) return; // the buttons keep their focus
    $('exports').dataset.text = JSON.stringify(texts);
    $('exports').replaceChildren(...texts.map(copyLine));
  }

  /** @param {{viewers: object[], next: ?string}} list the oldest viewers */
  showViewers(list, stream, nowMs) {
    $('viewers-table').hidden = list.viewers.length === 0;
    // Rows stay, so that their buttons keep the focus.
    const rows = new Map(list.viewers.map(viewer => [viewer.id, this.#rows.get(viewer.id) ?? this.#row(viewer)]));
    for (const [id, row] of this.#rows) if (!rows.has(id)) row.element.remove();
    for (const viewer of list.viewers) {
      const row = rows.get(viewer.id);
      if (!row.element.isConnected) $('viewers').append(row.element); // the list is sorted by age
      say(row.age, duration(nowMs - Date.parse(viewer.since)));
      say(row.sent, size(viewer.bytes));
    }
    this.#rows = rows;
    say($('viewers-words'), list.viewers.length === 0 ? 'Nobody watches it at this edge.'
      : list.next ? `The first ${list.viewers.length} of ${watching(stream)}.` : '');
  }

  #row(viewer) {
    const kick = button('danger', 'Disconnect…', () => this.#onKick(viewer));
    kick.setAttribute('aria-label', 'Disconnect… the viewer ' + viewer.address);
    const row = { age: element('td', 'number'), sent: element('td', 'number wide') };
    row.element = element('tr', '', element('td', '', viewer.address), element('td', '', viewer.protocol.toUpperCase()),
      element('td', 'wide', viewer.client ?? '–'), row.age, row.sent, element('td', 'action', kick));
    return row;
  }
}
