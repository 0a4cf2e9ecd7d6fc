// Samples of the streams over time, kept in the page. Pure: no DOM, no clock.

export const SAMPLE_MS = 5000;
export const KEPT_MS = 30 * 60_000;
const STREAMS_LIMIT = 500;
const KINDS = ['bitrate', 'frameRate', 'latencyMs', 'viewers'];

export class History {
  #streams = new Map();

  /** @param {object} values by kind; those that are absent or null are gaps */
  add(name, atMs, values) {
    const samples = this.#streams.get(name) ?? [];
    samples.push({ atMs, ...Object.fromEntries(KINDS.map(kind => [kind, values[kind] ?? null])) });
    while (samples[0].atMs < atMs - KEPT_MS) samples.shift();
    this.#streams.delete(name); // so that the stream without samples for the longest time is first
    this.#streams.set(name, samples);
    if (this.#streams.size > STREAMS_LIMIT) this.#streams.delete(this.#streams.keys().next().value);
  }

  /** @returns {{atMs: number, value: ?number}[]} oldest first */
  of(name, kind) {
    return (this.#streams.get(name) ?? []).map(sample => ({ atMs: sample.atMs, value: sample[kind] }));
  }
}
