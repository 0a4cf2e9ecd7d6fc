// The player alone, for frames of other sites: /embed?stream=NAME, with &start= for a moment of the past, &player=, and &token= or
// &key= for a stream that not everybody may watch.
import { Api } from './api.js';
import { $, say } from './dom.js';
import { linkTo, readLink } from './link.js';
import { inWords } from './outputs.js';
import { Watching } from './watching.js';

const POLL_MS = 2000;

const { name, output, startMs, credentials } = readLink();
const api = new Api(credentials);
const watching = new Watching(api, output, show);
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
  const { choice, player } = watching.view();
  // Over the picture, so only where there is none.
  say($('lacks'), player.started && choice.id !== null && !choice.video ? inWords(choice) : '');
}

if (name) {
  document.title = name + ' – Millrace';
  say($('name'), name);
  $('home').href = linkTo('/', name, credentials);
  watching.choose(name, startMs);
  poll();
} else {
  say($('words'), 'The URL names no stream: /embed?stream=live/show');
}
