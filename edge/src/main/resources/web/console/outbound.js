// The relays and webhooks that this node lists. Hidden if it has none.
import { $, element, fill } from './shared/dom.js';
import { delay, moment } from './facts.js';

/** @param {?object[]} relays of /api/v1/relays */
export function showRelays(relays) {
  table('relays', 'Copies of streams to RTMP servers', relays, [['Relay', r => r.name], ['Stream', r => link(r.stream)], ['Target', r => r.target, 'wide'],
    ['State', r => r.state + (r.since ? ' since ' + moment(r.since) : '')], ['Behind', r => delay(r.behindSeconds * 1000), 'wide'],
    ['Node', r => r.owner?.node, 'wide'], ['Last error', r => r.owner?.lastError]]);
}

/** @param {?object[]} webhooks of /api/v1/webhooks */
export function showWebhooks(webhooks) {
  table('webhooks', 'Deliveries of events by this process', webhooks, [['Webhook', w => w.name], ['Target', w => w.target, 'wide'],
    ['State', w => w.heldSince ? '⚠ not accepted since ' + moment(w.heldSince) : 'delivers'], ['Waiting', w => w.lag],
    ['Delivered', w => w.events?.delivered, 'wide'], ['Failed requests', w => w.events?.failedRequests, 'wide'], ['Dead letters', w => w.events?.deadLetters]]);
}

function table(id, caption, rows, columns) {
  $(id).hidden = !rows?.length;
  if (!rows?.length) return;
  const head = columns.map(([title, , className = '']) => {
    const cell = element('th', className, title);
    cell.scope = 'col';
    return cell;
  });
  const body = rows.map(row => element('tr', '', ...columns.map(([, value, className = '']) => element('td', className, value(row) ?? '–'))));
  fill($(id + '-table'), [element('table', '', element('caption', '', caption), element('thead', '', element('tr', '', ...head)),
    element('tbody', '', ...body))]);
}

function link(stream) {
  const made = element('a', '', stream);
  made.href = '#' + encodeURI(stream);
  return made;
}
