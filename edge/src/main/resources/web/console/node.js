// This node: its health in words, and how long its stages take.
import { $, element, fill, say } from './shared/dom.js';
import { delay } from './facts.js';

const STAGES = [['ingest', 'Ingest', 'received and acknowledged by Kafka'], ['segmenter', 'Segmenter', 'cut decided'],
  ['packager', 'Packager', 'part written'], ['part', 'Edge', 'part listed here']];
/** Later than this, viewers notice. */
const SLOW_MS = 3000;

/** Says what is wrong with the node. @param {?object} health of /health/ready; null if it did not answer */
export function showHealth(health) {
  if (health === null) {
    say($('node'), 'This node does not answer');
    $('node').className = 'down';
    return;
  }
  const down = health.checks.filter(check => check.status !== 'up');
  const kafka = down.find(check => check.name === 'kafka');
  say($('node'), kafka ? 'This node does not reach Kafka' : down.length ? 'Not ready: ' + down.map(c => c.name + ' (' + c.detail + ')').join(', ') : 'This node is ready');
  $('node').className = down.length ? 'down' : 'up';
}

/** The mean delay of each stage of this node since the last look, from its metrics. */
export class StageDelays {
  #before = {};
  /** By stage: {ms} or {} if nothing passed; absent if the stage is not in this process. */
  now = {};

  /** @param {string} text Prometheus's text format */
  read(text) {
    const totals = {};
    for (const [, kind, labels, value] of text.matchAll(/^millrace_stage_latency_seconds_(sum|count)\{([^}]*)\} (\S+)/gm)) {
      const stage = /stage="([^"]+)"/.exec(labels)?.[1];
      (totals[stage] ??= { sum: 0, count: 0 })[kind] += Number(value);
    }
    this.now = Object.fromEntries(Object.entries(totals).map(([stage, total]) => {
      const before = this.#before[stage] ?? { sum: 0, count: 0 };
      const count = total.count - before.count;
      return [stage, count > 0 ? { ms: (total.sum - before.sum) / count * 1000 } : {}];
    }));
    this.#before = totals;
  }
}

/** Shows the way of a stream through the stages. @param {?object[]} lags the stages of the cluster, if Kafka tells them */
export function showPath(stream, delays, lags) {
  const steps = [element('li', '', element('b', '', 'Encoder'), element('span', 'soft', stream.publisher.address ?? ''),
    element('span', '', stream.state === 'live' ? 'sends' : stream.state === 'grace' ? 'is away' : 'has left'))];
  for (const [stage, name, what] of STAGES) {
    const here = delays[stage];
    const lag = lags?.find(each => each.stage === stage)?.lag;
    const after = here === undefined ? 'on another node' : here.ms === undefined ? 'idle' : delay(here.ms) + ' after ingest' + (here.ms > SLOW_MS ? ': slow' : '');
    const step = element('li', here?.ms > SLOW_MS ? 'slow' : '', element('b', '', name), element('span', 'soft', what), element('span', '', after));
    if (lag) step.append(element('span', 'soft', 'position ' + delay(lag.seconds * 1000) + ' behind, ' + lag.records + (lag.records === 1 ? ' record' : ' records')));
    steps.push(step);
  }
  fill($('path'), steps);
  say($('path-words'), 'Means of all streams on this node over the last seconds, from the moment at which the encoder’s data arrived.');
}
