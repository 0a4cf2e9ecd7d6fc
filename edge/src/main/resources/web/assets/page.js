// The page: asks the server every two seconds what is live, shows one stream on the stage and the others in the list.
import { Api, Denied } from './api.js';
import { codecName } from './codecs.js';
import { $, element, fill, say } from './dom.js';
import { showPushHints, showWatchHints } from './hints.js';
import { linkTo, readLink } from './link.js';
import { StreamList, count, picture, viewers } from './list.js';
import { inWords, isHls } from './outputs.js';
import { FAR_BEHIND_MS } from './states.js';
import { Timeline } from './timeline.js';
import { Watching } from './watching.js';

const POLL_MS = 2000;
const SLOWLY = 3; // polls between two looks at what changes slowly
const NONE = { streams: [], next: null, isPublic: true };

const wish = readLink();
const api = new Api(wish.credentials);
const watching = new Watching(api, wish.output, remember);
const timeline = new Timeline($('timeline'), $('sessions'), playFrom);
const list = new StreamList(choose, ask);
let polls = 0;
let timer = 0;
let asking = 0; // number of the newest question: the answers to older ones are not shown
let live = NONE;
let ended = NONE;
let stream = null; // on the stage
let sessions = null;

if (wish.name) watching.choose(wish.name, wish.startMs);

// ---------------------------------------------------------------- what the server says

async function poll() {
  clearTimeout(timer);
  const question = ++asking;
  try {
    const slowly = polls++ % SLOWLY === 0;
    const found = await api.streams('live,grace', list.search, list.limit);
    if (slowly || list.isEndedOpen) ended = await api.streams('ended', list.search, list.endedLimit);
    if (watching.name === null && list.search === '' && found.streams.length > 0) watching.choose(found.streams[0].name);
    const name = watching.name;
    const its = name === null ? null : found.streams.find(s => s.name === name) ?? await api.stream(name);
    const isAnother = its?.name !== stream?.name || its?.epoch !== stream?.epoch || its?.state !== stream?.state;
    if (its && (slowly || isAnother || sessions === null)) sessions = await api.sessions(name);
    if (slowly) showPushHints(await api.ingest());
    if (question !== asking) return;
    live = found;
    stream = its;
    if (name !== null) watching.update(stream, sessions);
    show();
  } catch (error) {
    if (question !== asking) return;
    watching.failed(error);
    if (watching.name !== null) stage();
    say($('summary'), error instanceof Denied ? '' : 'The server cannot be reached');
  } finally {
    if (question === asking) timer = setTimeout(poll, POLL_MS);
  }
}

/** Polls now. */
function ask() {
  poll();
}

function choose(name) {
  drawer(false);
  watching.choose(name);
  sessions = null;
  timeline.mark(null);
  remember();
  ask();
}

function playFrom(momentMs) {
  if (momentMs === null) watching.playLive();
  else watching.playFrom(momentMs);
  remember();
  show();
}

function remember() {
  const start = watching.startMs === null ? null : new Date(watching.startMs).toISOString();
  history.replaceState(null, '', linkTo('/', watching.name, { player: watching.output, start, ...api.credentials }));
}

// ---------------------------------------------------------------- what is shown

function show() {
  const nothing = live.streams.length + ended.streams.length === 0 && list.search === '' && watching.name === null;
  if (!live.isPublic) {
    say($('summary'), watching.name === null ? 'The list of streams is not public: open a stream by its link' : '');
  } else if (list.search === '') {
    say($('summary'), nothing ? 'Nobody is streaming yet' : count(live) + ' live · ' + count(ended) + ' ended');
  }
  $('main').classList.toggle('empty', nothing);
  $('side').hidden = $('drawer').hidden = nothing;
  $('stage').hidden = watching.name === null;
  $('nothing').hidden = nothing || watching.name !== null;
  say($('push-title'), nothing ? 'Push your first stream' : 'Push another stream');
  if (nothing) $('push').open = true;
  list.show(live, ended, watching.name, api.now());
  if (watching.name !== null) stage();
}

function stage() {
  const view = watching.view();
  document.title = watching.name + ' – Millrace';
  say($('name'), watching.name);
  const isLive = view.stream !== null && view.stream.state !== 'ended';
  $('whole').hidden = stream?.state !== 'ended' || view.mode === 'whole' || !view.choice.inHls;
  $('live').hidden = !isLive || (view.mode === 'live' && !(view.behindMs > FAR_BEHIND_MS));
  outputs(view);
  for (const part of document.querySelectorAll('.of-stream')) part.hidden = stream === null;
  say($('lacks'), stream && view.choice.id !== null ? inWords(view.choice) : '');
  if (stream === null) return;
  facts(view);
  fill($('warnings'), stream.warnings.map(w => element('li', '', '⚠ ' + w.message)));
  timeline.show(sessions ?? [], api.now());
  timeline.mark(view.onScreenMs);
  showWatchHints(stream);
}

function outputs(view) {
  for (const button of document.querySelectorAll('[data-player]')) {
    const id = button.dataset.player;
    const isUsable = view.choice.usable?.some(usable => shown(usable) === id) ?? false;
    button.setAttribute('aria-pressed', shown(view.choice.id) === id);
    button.disabled = !isUsable;
    button.title = isUsable ? '' : 'This browser can play nothing of the stream by ' + button.textContent;
  }
}

/** The button of an output: MPEG-TS is HLS, too. */
function shown(output) {
  return isHls(output) ? 'hls' : output;
}

function facts(view) {
  const codecs = [...new Set(stream.tracks.map(t => t.codec))];
  const rows = [['Picture', picture(stream)],
    ['Codecs', [...new Set(codecs.map(codecName))].join(', ') || '–', codecs.join(', ')],
    ...tracks(stream),
    ['Bitrate', stream.bitrate ? (stream.bitrate / 1e6).toFixed(2) + ' Mbit/s' : '–'], ['Viewers', viewers(stream).split(' ')[0]]];
  if (view.badge.kind === 'live') {
    rows.push(['Latency', view.behindMs === null ? '–' : (isHls(view.output) ? '' : '≈ ')
      + (Math.max(0, view.behindMs) / 1000).toFixed(1) + ' s']);
  }
  rows.push(['Started', new Date(stream.startedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })], ['Encoder', stream.publisher?.client || 'unknown']);
  fill($('facts'), rows.map(([name, value, title]) => {
    const description = element('dd', '', value);
    if (title) description.title = title;
    return element('div', '', element('dt', '', name), description);
  }));
}

/** "3 video, 2 audio", if there are several of a kind. */
function tracks({ tracks }) {
  const counts = ['video', 'audio'].map(kind => [tracks.filter(t => t.kind === kind).length, kind]);
  return counts.some(([count]) => count > 1)
    ? [['Tracks', counts.filter(([count]) => count > 0).map(pair => pair.join(' ')).join(', ')]] : [];
}

// ---------------------------------------------------------------- what the viewer does

/** On a narrow screen the list is a drawer. */
function drawer(isOpen) {
  if (document.body.classList.contains('drawer-open') === isOpen) return;
  document.body.classList.toggle('drawer-open', isOpen);
  $('drawer').setAttribute('aria-expanded', isOpen);
  if (isOpen) $('search').focus();
  else $('drawer').focus();
}

for (const button of document.querySelectorAll('[data-player]')) {
  button.addEventListener('click', () => {
    watching.output = button.dataset.player;
    remember();
    ask();
  });
}
$('live').addEventListener('click', () => playFrom(null));
$('whole').addEventListener('click', () => {
  watching.playWhole();
  remember();
  show();
});
$('video').addEventListener('timeupdate', () => timeline.mark(watching.view().onScreenMs));
$('drawer').addEventListener('click', () => drawer(!document.body.classList.contains('drawer-open')));
$('close').addEventListener('click', () => drawer(false));
$('shade').addEventListener('click', () => drawer(false));
document.addEventListener('keydown', event => { if (event.key === 'Escape') drawer(false); });
poll();
