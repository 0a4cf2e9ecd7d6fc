// The console: asks this node every few seconds and shows what it says.
import { $, say } from './shared/dom.js';
import { Admin, AdminError } from './admin.js';
import { Detail } from './detail.js';
import { watching } from './facts.js';
import { History, SAMPLE_MS } from './history.js';
import { confirmKick } from './kick.js';
import { frameRate } from './mp4.js';
import { showHealth, showPath, StageDelays } from './node.js';
import { showRelays, showWebhooks } from './outbound.js';
import { drawPoster, PosterQueue } from './poster.js';
import { showRetained } from './retained.js';
import { Streams } from './streams.js';
import { askToken } from './token.js';

const POSTER_MS = 10_000;
const VIEWERS_LIMIT = 100;

const admin = new Admin(askToken);
const history = new History();
const delays = new StageDelays();
const streams = new Streams(refresh, name => posters.want(name, Date.now()));
const posters = new PosterQueue(drawInList, POSTER_MS);
const bigPosters = new PosterQueue(drawInDetail, POSTER_MS);
const detail = new Detail(history, kickViewer);
/** Frame rates of the newest parts, by stream. */
const frameRates = new Map();
let refreshing = null;
let again = false;

/** The stream of the detail; null for the list. */
function chosen() {
  return decodeURI(location.hash.slice(1)) || null;
}

/** Asks once more if it is being asked already, so that a change of the question is answered. */
function refresh() {
  if (refreshing) {
    again = true;
    return refreshing;
  }
  refreshing = ask().then(() => problem(''), failed).finally(() => {
    refreshing = null;
    if (again) {
      again = false;
      refresh();
    }
  });
  return refreshing;
}

async function ask() {
  const [health, metrics] = await Promise.all([admin.health(), admin.metrics()]);
  showHealth(health);
  delays.read(metrics);
  const name = chosen();
  await (name === null ? askList() : askStream(name));
  const [relays, webhooks] = await Promise.all(['relays', 'webhooks'].map(what => admin.optional('/api/v1/' + what)));
  showRelays(relays?.relays);
  showWebhooks(webhooks?.webhooks);
}

async function askList() {
  const found = [];
  let next = null;
  do {
    const page = await admin.streams(streams.states, streams.search, Math.min(streams.limit - found.length, 1000), next);
    found.push(...page.streams);
    next = page.next;
  } while (next !== null && found.length < streams.limit);
  if (chosen() !== null) return;
  const nowMs = Date.now();
  found.filter(stream => stream.state !== 'ended').forEach(stream => sample(stream, null, nowMs));
  streams.show(found, next !== null);
}

async function askStream(name) {
  const [stream, newest, viewers, sessions, stages] = await Promise.all([admin.stream(name), admin.newest(name),
    admin.viewers(name, VIEWERS_LIMIT), admin.sessions(name), admin.stages()]);
  if (chosen() !== name) return;
  if (stream === null) throw new AdminError(404, 'There is no stream ' + name + ' (any more).');
  const nowMs = Date.now();
  if (stream.state !== 'ended') sample(stream, newest, nowMs);
  detail.show(stream, nowMs);
  $('kick-publisher').hidden = stream.state !== 'live';
  detail.showViewers(viewers, stream, nowMs);
  detail.showExports(name, sessions?.sessions ?? []);
  showPath(stream, delays.now, stages?.stages);
  showRetained(sessions?.sessions ?? [], newest?.retainedFrom, nowMs);
  bigPosters.want(name, nowMs);
}

function sample(stream, newest, atMs) {
  const away = stream.state === 'grace';
  history.add(stream.name, atMs, { viewers: watching(stream), bitrate: away ? null : newest?.bitrate ?? stream.bitrate,
    latencyMs: away ? null : newest?.latencyMs,
    frameRate: away ? null : frameRates.get(stream.name) ?? stream.tracks.find(track => track.kind === 'video')?.frameRate });
}

async function drawInList(name) {
  const file = await admin.poster(name);
  const canvas = streams.canvas(name);
  if (file === null || canvas === null) return;
  frameRates.set(name, frameRate(file));
  await drawPoster(canvas, file);
}

async function drawInDetail(name) {
  const file = await admin.poster(name);
  if (chosen() !== name) return;
  if (file !== null) frameRates.set(name, frameRate(file));
  const isDrawn = file !== null && await drawPoster($('poster'), file);
  $('poster').hidden = !isDrawn;
  say($('poster-words'), isDrawn ? 'Newest keyframe' : file === null ? 'There is no keyframe to show.' : 'This browser does not decode the codec of this stream.');
}

function kickViewer(viewer) {
  act('Disconnect this viewer?', `${viewer.address} watches by ${viewer.protocol.toUpperCase()}. ${kickWords(viewer.session)}`,
    async () => await admin.kick(viewer.id) ? 'Disconnected ' + viewer.address + '.' : 'The viewer had left already.');
}

/** For how long an edge refuses the viewer of a session; those of tokens end with the time at which the token expires. */
function kickWords(session) {
  return session.includes('-') ? 'All edges refuse its token until it expires.'
    : 'All edges refuse this player at this address for a minute.';
}

function kickAll() {
  const name = chosen();
  act('Disconnect all viewers?', `All viewers of ${name} lose the stream, at all edges. Their players may connect again: this is no ban.`, async () => {
    const kicked = await admin.kickAll(name);
    return 'Disconnected ' + (kicked === 1 ? 'one viewer' : kicked + ' viewers') + ' of this edge, and those of the others.';
  });
}

function kickPublisher() {
  const name = chosen();
  act('Disconnect the encoder?', `${name} goes off the air. The encoder may connect again.`,
    async () => { await admin.kickPublisher(name); return 'Asked its ingest node to disconnect the encoder.'; });
}

async function act(title, words, action) {
  if (!await confirmKick(title, words)) return;
  try {
    told(await action(), 'done');
  } catch (e) {
    told(wordsOf(e), 'problem');
  }
  refresh();
}

/** Says how an action has ended, until the next one or another page. */
function told(words, kind) {
  $('done').className = kind;
  say($('done'), words);
}

function failed(error) {
  if (error instanceof AdminError && error.status === 0) showHealth(null);
  problem(wordsOf(error));
}

function wordsOf(error) {
  if (error instanceof AdminError) return error.message;
  console.error(error);
  return 'The console failed: ' + error.message;
}

function problem(words) {
  say($('problem'), words);
  $('problem').hidden = words === '';
}

function route() {
  const name = chosen();
  $('list').hidden = name !== null;
  $('detail').hidden = name === null;
  document.title = (name === null ? '' : name + ' · ') + 'Console · Millrace';
  told('', 'done');
  say($('name'), name ?? '');
  $('poster').hidden = true;
  say($('poster-words'), 'Loading the newest keyframe…');
  if (name !== null) $('name').focus();
  refresh();
}

$('kick-all').addEventListener('click', kickAll);
$('kick-publisher').addEventListener('click', kickPublisher);
window.addEventListener('hashchange', route);
setInterval(() => { if (!document.hidden) refresh(); }, SAMPLE_MS);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
route();
