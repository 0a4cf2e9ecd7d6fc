// Links of the page and of the embedded player: ?stream=NAME, with &player= for an output, &start= for a moment of the past, and &token=
// or &key= for a stream that not everybody may watch.
import { OUTPUTS } from './outputs.js';

const CREDENTIALS = ['token', 'key'];

/**
 * What the address of this page asks for.
 *
 * @returns {{name: ?string, output: ?string, startMs: ?number, credentials: object}}
 */
export function readLink() {
  const query = new URLSearchParams(location.search);
  return { name: query.get('stream'), output: OUTPUTS.find(output => output.id === query.get('player'))?.id ?? null,
    startMs: Date.parse(query.get('start')) || null,
    credentials: Object.fromEntries(CREDENTIALS.filter(name => query.get(name)).map(name => [name, query.get(name)])) };
}

/**
 * @param {string} page its URL
 * @param {object} more parameters of the query; those that are null are left out
 */
export function linkTo(page, stream, more = {}) {
  const parameters = Object.entries({ stream, ...more }).filter(([, value]) => value !== null);
  return page + '?' + parameters.map(([name, value]) => name + '=' + escaped(value)).join('&');
}

/** Slashes of names and colons of times may stay. */
function escaped(value) {
  return encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':');
}
