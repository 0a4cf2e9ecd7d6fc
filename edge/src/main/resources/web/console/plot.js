// A line over time as inline SVG, with its numbers as text.
import { element, say } from './shared/dom.js';
import { SAMPLE_MS } from './history.js';

const [WIDTH, HEIGHT] = [600, 120];
const SPANS_MS = [2, 5, 10, 30].map(minutes => minutes * 60_000);
/** A line does not cross a longer pause, such as that of a computer that slept. */
const PAUSE_MS = 3 * SAMPLE_MS;

export class Plot {
  #title;
  #format;
  #now = element('b', 'now');
  #most = element('span', 'most');
  #from = element('span', 'from');
  #svg = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
  #area = svg('path', { class: 'area' });
  #line = svg('path', { class: 'line' });

  /** @param {(value: ?number) => string} format */
  constructor(title, format) {
    this.#title = title;
    this.#format = format;
    this.#describe('nothing measured yet');
    for (const y of [1, HEIGHT / 2, HEIGHT - 1]) this.#svg.append(svg('path', { class: 'grid', d: `M0 ${y}H${WIDTH}` }));
    this.#svg.append(this.#area, this.#line);
    this.element = element('figure', 'plot', element('figcaption', '', element('span', '', title), this.#now),
      element('div', 'axis', this.#most, this.#svg), element('div', 'times', this.#from, element('span', '', 'now')));
  }

  /** @param {{atMs: number, value: ?number}[]} samples oldest first */
  show(samples, nowMs) {
    const known = samples.filter(sample => sample.value !== null);
    const spanMs = SPANS_MS.find(span => !samples.length || nowMs - samples[0].atMs <= span) ?? SPANS_MS.at(-1);
    const most = ceiling(Math.max(0, ...known.map(sample => sample.value)));
    const point = sample => [Math.round(WIDTH * (1 - (nowMs - sample.atMs) / spanMs) * 10) / 10,
      Math.round((HEIGHT - 2 - (HEIGHT - 6) * Math.max(0, sample.value) / most) * 10) / 10];
    const runs = runsOf(samples).map(run => run.map(point));
    this.#line.setAttribute('d', runs.map(run => 'M' + run.map(p => p.join(' ')).join('L') + (run.length === 1 ? 'h1' : '')).join(''));
    this.#area.setAttribute('d', runs.map(run => `M${run[0][0]} ${HEIGHT}L` + run.map(p => p.join(' ')).join('L') + `L${run.at(-1)[0]} ${HEIGHT}Z`).join(''));
    this.#svg.dataset.points = known.length;
    const now = this.#format(samples.at(-1)?.value ?? null);
    say(this.#now, now);
    say(this.#most, known.length ? this.#format(most) : '');
    say(this.#from, spanMs / 60_000 + ' min ago');
    this.#describe(known.length === 0 ? 'nothing measured yet'
      : `${now} now, from ${this.#format(Math.min(...known.map(s => s.value)))} to ${this.#format(Math.max(...known.map(s => s.value)))} since the page was opened`);
  }

  /** Sets the text for screen readers. */
  #describe(words) {
    this.#svg.setAttribute('aria-label', this.#title + ': ' + words);
  }
}

/** Splits at values that are not known and at pauses. */
function runsOf(samples) {
  const runs = [];
  let before = null;
  for (const sample of samples) {
    if (sample.value !== null) {
      if (before === null || before.value === null || sample.atMs - before.atMs > PAUSE_MS) runs.push([]);
      runs.at(-1).push(sample);
    }
    before = sample;
  }
  return runs;
}

/** The next number with one digit, so that the scale stands still. */
function ceiling(value) {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value * 1.05 / unit) * unit;
}

function svg(tag, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
