// What the server says by /api/v1, and what its clock says.

const TIMEOUT_MS = 5000;
const MOST_PER_REQUEST = 1000;
const SESSIONS_LIMIT = 1000;

/** The server does not let this viewer watch. Its code is that of the server's error (docs/access.md). */
export class Denied extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Api {
  #clockOffsetMs = null;

  /** What the viewer's link has: {token} or {key} for streams that not everybody may watch, or {}. */
  credentials;

  constructor(credentials) {
    this.credentials = credentials;
  }

  /** The server's clock, ms since 1970. */
  now() {
    return Date.now() + (this.#clockOffsetMs ?? 0);
  }

  /**
   * The first streams of these states by name.
   *
   * @param {string} states "live,grace" or "ended"
   * @param {string} search a part of the names, or ""
   * @param {number} limit more than one answer holds are asked for page by page
   * @returns {Promise<{streams: object[], next: ?string, isPublic: boolean}>} no streams if the list is not public
   */
  async streams(states, search, limit) {
    const streams = [];
    let next = null;
    do {
      const query = new URLSearchParams({ state: states, limit: Math.min(limit - streams.length, MOST_PER_REQUEST) });
      if (search) query.set('search', search);
      if (next !== null) query.set('after', next);
      const page = await this.#get('/api/v1/streams?' + query, 403);
      if (page === null) return { streams: [], next: null, isPublic: false };
      streams.push(...page.streams);
      next = page.next;
    } while (next !== null && streams.length < limit);
    return { streams, next, isPublic: true };
  }

  /**
   * The stream, or null if the server has none of that name.
   *
   * @throws {Denied} if the page's link does not entitle its viewer to watch it
   */
  stream(name) {
    const credentials = new URLSearchParams(this.credentials).toString();
    return this.#get(path(name) + (credentials === '' ? '' : '?' + credentials));
  }

  /** The retained sessions of a stream, oldest first. */
  async sessions(name) {
    return (await this.#get(path(name) + '/sessions?' + new URLSearchParams({ limit: SESSIONS_LIMIT, ...this.credentials })))?.sessions ?? [];
  }

  /** Where encoders push to, or null if the server does not say. */
  async ingest() {
    return (await this.#get('/api/v1/ingest'))?.ingest ?? null;
  }

  /** The answer; null if its status is 404, or the other one given. */
  async #get(url, absent = 404) {
    const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const date = Date.parse(response.headers.get('date'));
    if (!Number.isNaN(date)) this.#clock(date - Date.now());
    if (response.status === 404 || response.status === absent) return null;
    if (response.status === 401 || response.status === 403) throw new Denied((await response.json()).error.code);
    if (!response.ok) throw new Error('HTTP ' + response.status);
    return response.json();
  }

  // The Date header has whole seconds: the largest difference seen is the closest to the truth.
  #clock(sampleMs) {
    const known = this.#clockOffsetMs;
    this.#clockOffsetMs = known === null || Math.abs(sampleMs - known) > 5000 ? sampleMs : Math.max(known, sampleMs);
  }
}

function path(name) {
  return '/api/v1/streams/' + name.split('/').map(encodeURIComponent).join('/');
}
