// The player alone, for frames of other sites: /embed?stream=NAME, with &start= for a moment of the past, &player=, and &token= or
// &key= for a stream that not everybody may watch.
import { Api } from './api.js';
import { $, say } from './dom.js';
import { OUTPUTS } from './outputs.js';
import { Watching } from './watching.js';

const POLL_MS = 2000;

const wish = new URLSearchParams(location.search);
const name = wish.get('stream');
const api = new Api(wish);
const watching = new Watching(api, OUTPUTS.find(output => output.id === wish.get('player'))?.id ?? null, show);
let before = null;
let sessions = null;

async function poll() {
  try {
    const stream = await api.stream(name);
    if (stream?.state === 'ended' && (before?.state !== 'ended' || before.epoch !== stream.epoch)) {
      sessions = await api.sessions(name);
    }
    before = stream;
    watching.update(stream, sessions);
    show();
  } catch (error) {
    watching.failed(error);
  } finally {
    setTimeout(poll, POLL_MS);
  }
}

function show() {
  const { badge, choice, player } = watching.view();
  say($('state'), badge.text);
  $('state').className = 'state ' + badge.kind;
  $('state').hidden = badge.text === '';
  // Over the picture, so only where there is none.
  say($('lacks'), player.started && choice.id !== null && !choice.video ? (choice.lacks + ' ' + choice.elsewhere).trim() : '');
}

if (name) {
  document.title = name + ' – Millrace';
  say($('name'), name);
  $('home').href = '/?stream=' + encodeURIComponent(name).replaceAll('%2F', '/')
    + Object.entries(api.credentials).map(([key, value]) => '&' + key + '=' + encodeURIComponent(value)).join('');
  watching.choose(name, Date.parse(wish.get('start')) || null);
  poll();
} else {
  say($('words'), 'The URL names no stream: /embed?stream=live/show');
}
