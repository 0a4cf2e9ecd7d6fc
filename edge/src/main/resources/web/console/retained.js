// What is retained of a stream: its sessions on a line of time, and in a table.
import { $, element, fill } from './shared/dom.js';
import { duration, moment, size } from './facts.js';

const ROWS = 20;

/**
 * @param {object[]} sessions of the API, oldest first
 * @param {?string} retainedFrom time of the oldest segment
 */
export function showRetained(sessions, retainedFrom, nowMs) {
  if (sessions.length === 0 || !retainedFrom) {
    fill($('retained'), [element('p', 'soft', 'Nothing of this stream is retained yet.')]);
    return;
  }
  const fromMs = Date.parse(retainedFrom);
  const spanMs = Math.max(1, nowMs - fromMs);
  const line = element('div', 'line-of-time');
  line.setAttribute('role', 'img');
  line.setAttribute('aria-label', `${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'} in the last ${duration(spanMs)}`);
  for (const session of sessions) {
    const startMs = Math.max(fromMs, Date.parse(session.startedAt));
    const endMs = session.endedAt ? Date.parse(session.endedAt) : nowMs;
    const bar = element('span', session.endedAt ? 'span' : 'span on-air');
    bar.style.left = 100 * (startMs - fromMs) / spanMs + '%';
    bar.style.width = Math.max(0.4, 100 * (endMs - startMs) / spanMs) + '%';
    line.append(bar);
  }
  const newest = sessions.slice(-ROWS).reverse();
  const rows = newest.map(session => element('tr', '', element('td', '', moment(session.startedAt)),
    element('td', '', session.endedAt ? moment(session.endedAt) : 'on air'), element('td', 'number', duration(session.durationMs)),
    element('td', 'number', size(session.bytes))));
  const head = ['Started', 'Ended', 'Length', 'Size'].map((title, i) => {
    const cell = element('th', i > 1 ? 'number' : '', title);
    cell.scope = 'col';
    return cell;
  });
  fill($('retained'), [element('p', '', 'Retained since ' + moment(retainedFrom) + ', for ' + duration(spanMs) + '.'), line,
    element('div', 'times', element('span', '', moment(retainedFrom)), element('span', '', 'now')),
    element('div', 'scroll', element('table', '', element('caption', '', sessions.length > ROWS ? `The newest ${ROWS} of ${sessions.length} sessions` : 'Sessions, newest first'),
      element('thead', '', element('tr', '', ...head)), element('tbody', '', ...rows)))]);
}
