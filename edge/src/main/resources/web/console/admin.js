// The admin port's API. A token is kept for this browser tab only.

const TIMEOUT_MS = 6000;
/** How long a resource that this node does not have is not asked for again. */
const ABSENT_MS = 60_000;
const STORED = 'millrace-admin-token';

/** An answer that is not 2xx, or none: words for the operator. */
export class AdminError extends Error {
  /** @param {number} status of HTTP; 0 if the node did not answer */
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

export class Admin {
  #askToken;
  /** When resources were absent, by URL. */
  #absentMs = new Map();

  /** @param {(why: string) => Promise<string>} askToken asks the operator for a token */
  constructor(askToken) {
    this.#askToken = askToken;
  }

  streams(states, search, limit, after) {
    const query = new URLSearchParams({ state: states, limit });
    if (search) query.set('search', search);
    if (after) query.set('after', after);
    return this.json('/api/v1/streams?' + query);
  }

  stream(name) { return this.json('/api/v1/streams/' + path(name)); }
  newest(name) { return this.json('/api/v1/newest/' + path(name)); }
  viewers(name, limit) { return this.json('/api/v1/viewers?' + new URLSearchParams({ stream: name, limit })); }
  sessions(name) { return this.json('/api/v1/streams/' + path(name) + '/sessions?limit=1000'); }

  /** The file whose first frame is the newest keyframe, as an ArrayBuffer; null if there is none. */
  async poster(name) {
    const response = await this.#send('/api/v1/posters/' + path(name), 'GET');
    return response === null ? null : response.arrayBuffer();
  }

  /** How many viewers of this edge were disconnected. */
  async kickAll(name) {
    return (await this.json('/api/v1/viewers?' + new URLSearchParams({ stream: name }), 'DELETE')).kicked;
  }

  /** Whether the viewer was still there. */
  async kick(id) { return await this.#send('/api/v1/viewers/' + encodeURIComponent(id), 'DELETE') !== null; }

  async kickPublisher(name) { await this.#send('/api/v1/publishers/' + path(name), 'DELETE'); }

  /** The checks of this node; they need no token. */
  async health() {
    return (await call('/health/ready', 'GET', null)).json();
  }

  async metrics() {
    return (await call('/metrics', 'GET', null)).text();
  }

  /** The JSON of a resource that not every node has; null without it. */
  async optional(url) {
    if (Date.now() - this.#absentMs.get(url) < ABSENT_MS) return null;
    const found = await this.json(url);
    if (found === null) this.#absentMs.set(url, Date.now());
    return found;
  }

  /** The stages of the cluster; null without Kafka, which must not hide what this node knows without it. */
  async stages() {
    try {
      return await this.json('/api/v1/stages');
    } catch (e) {
      if (e.status === 503) return null;
      throw e;
    }
  }

  /** The JSON of an answer; null for 404. */
  async json(url, method = 'GET') {
    return (await this.#send(url, method))?.json() ?? null;
  }

  async #send(url, method) {
    let why = 'This node asks for a token.';
    for (;;) {
      const response = await call(url, method, sessionStorage.getItem(STORED));
      if (response.status === 404) return null;
      if (response.ok) return response;
      const error = (await response.json().catch(() => null))?.error;
      if (response.status !== 401) throw new AdminError(response.status, sentence(error?.message ?? 'HTTP ' + response.status));
      if (sessionStorage.getItem(STORED)) why = 'This node does not know the token. Enter another one.';
      sessionStorage.setItem(STORED, await this.#askToken(why));
    }
  }
}

async function call(url, method, token) {
  try {
    return await fetch(url, { method, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: token ? { Authorization: 'Bearer ' + token } : {} });
  } catch {
    throw new AdminError(0, 'This node does not answer. Trying again…');
  }
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? '' : '.');
}

function path(name) {
  return name.split('/').map(encodeURIComponent).join('/');
}
