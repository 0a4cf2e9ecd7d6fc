// What is going on, in words. Pure: no DOM, no clock.
import { codecName } from './codecs.js';
import { inWords } from './outputs.js';

const NO_DATA_MS = { hls: 8000, ts: 8000, flv: 5000, ws: 5000 };
const DENIALS = {
  credentials_required: 'This stream is not public. Open it with a link that has a token.',
  credentials_expired: 'This link has expired. Ask for a new one.',
  credentials_invalid: 'This link is not valid for this stream. Ask for a new one.',
};
export const FAR_BEHIND_MS = 30_000;

/**
 * @param {object} s what is known:
 *   denial: code of the server's error while it does not let this viewer watch, or ""; unreachableMs: how long the server has not answered, 0 if it does; name: of the stream; stream: of the API, or null;
 *   choice: of chooseOutput; mode: "live", "from" or "whole"; pastOutOfReach: whether no output of this page plays the past;
 *   refusal: code of the server's error, or "";
 *   player: {started, finished, blocked, waiting, starvedMs}; output; now: the server's clock
 * @returns {{text: string, count: string, action: ?string}} count changes every second and is not for screen readers;
 *   action is "whole", "live" or null
 */
export function describe(s) {
  if (s.unreachableMs > 0) {
    return words('The server cannot be reached. ' + (s.player.started && !s.player.finished ? 'What has arrived plays on. ' : '') + 'Trying again…',
      seconds(s.unreachableMs));
  }
  if (s.denial !== '') return words(DENIALS[s.denial] ?? 'You may not watch this stream.');
  if (!s.stream) return words('There is no stream ' + s.name + ' yet. It starts here as soon as an encoder sends it.');
  if (s.choice.id === null) {
    return words(('This browser cannot play the stream. ' + inWords(s.choice)).trim());
  }
  if (s.pastOutOfReach) return outOfReach(s);
  if (s.mode !== 'live' && s.refusal !== '') return refused(s);
  if (s.player.finished && !(s.mode === 'live' && s.stream.state === 'grace')) return finished(s);
  if (s.player.blocked) return words('Press play to start.');
  if (s.mode !== 'live') return s.player.waiting ? words('Loading…') : words('');
  return live(s);
}

function outOfReach(s) {
  const why = 'past cannot be played, since HLS does not carry ' + [...new Set(s.stream.tracks.map(t => codecName(t.codec)))].join(' and ')
    + '. “millrace export” writes it to a file.';
  return s.stream.state === 'ended' ? words('The stream has ended. Its ' + why) : words('Its ' + why, '', 'live');
}

function refused(s) {
  const isEnded = s.stream.state === 'ended';
  if (s.mode === 'whole') return words('The stream has ended, and nothing of it is retained any more.');
  return words('Nothing is retained of this moment.', '', isEnded ? 'whole' : 'live');
}

function finished(s) {
  if (s.stream.state !== 'ended') return words('This part is over.', '', 'live');
  return words('The stream has ended.', '', 'whole');
}

function live(s) {
  if (s.stream.state === 'grace') {
    const leftMs = Math.max(0, Date.parse(s.stream.graceEndsAt) - s.now);
    return words('The encoder is away. The server waits for it' + (leftMs > 0 ? '' : '…'),
      leftMs > 0 ? seconds(leftMs) + ' more' : '');
  }
  if (s.stream.state === 'ended') return s.player.waiting ? finished(s) : words(''); // the rest of it may not come any more
  if (s.player.starvedMs > NO_DATA_MS[s.output]) {
    return words(s.player.started ? 'The encoder is connected, but no data has come'
      : 'The encoder is connected, but there is nothing to show yet', 'for ' + seconds(s.player.starvedMs));
  }
  if (!s.player.started) return words(s.stream.tracks.length === 0 ? 'Waiting for the first keyframe…' : 'Connecting…');
  return words(s.player.waiting ? 'Buffering…' : '');
}

/** The badge: what the picture is, by word and class. */
export function badge(s) {
  if (!s.stream) return { text: '', kind: 'ended' };
  if (s.unreachableMs > 0) return { text: 'No connection', kind: 'grace' };
  if (s.denial !== '') return { text: 'No access', kind: 'grace' };
  if (s.mode !== 'live') return { text: s.stream.state === 'ended' ? 'Ended' : 'Recording', kind: 'ended' };
  if (s.stream.state === 'ended') return { text: 'Ended', kind: 'ended' };
  if (s.stream.state === 'grace') return { text: 'Encoder away', kind: 'grace' };
  if (s.behindMs > FAR_BEHIND_MS) return { text: length(s.behindMs) + ' behind', kind: 'ended' };
  return { text: 'Live', kind: 'live' };
}

/** "3 min 20 s". */
export function length(ms) {
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  if (hours > 0) return hours + ' h ' + minutes + ' min';
  return (minutes > 0 ? minutes + ' min ' : '') + Math.floor(ms / 1000) % 60 + ' s';
}

function seconds(ms) {
  return length(Math.max(1000, ms));
}

function words(text, count = '', action = null) {
  return { text, count, action };
}
