// Which of the server's outputs this browser plays a stream with, and in words what it cannot play and what can.
import { codecName, decodes, playersOf } from './codecs.js';

/** In order of preference. HLS leads to CMAF or, if that suits browsers better, to MPEG-TS; "ts" is always MPEG-TS. */
export const OUTPUTS = [
  { id: 'hls', player: 'hls', suffix: '.m3u8' },
  { id: 'ts', player: 'ts', suffix: '@ts.m3u8' },
  { id: 'flv', player: 'flv', suffix: '.flv' },
  { id: 'ws', player: 'flv', suffix: '.flv' },
];
// What mpegts.js takes. It reads FLAC, but looks for STREAMINFO 4 bytes behind where FFmpeg 8 sends it.
const IN_FLV = /^(avc1|hvc1|av01|mp4a|opus)/i;
const KINDS = ['video', 'audio'];

/** Whether an output is HLS. */
export function isHls(id) {
  return id === 'hls' || id === 'ts';
}

/**
 * The output to play a stream with.
 *
 * @param {object} stream of the API
 * @param {?string} wish the output that the viewer chose, or null
 * @param {Set<string>} failing what was tried in vain: "flv video" and the like, "hls" where the server has none
 * @returns {{id: ?string, video: boolean, audio: boolean, usable: string[], lacks: string, elsewhere: string, inHls: boolean}}
 *   id is null if no output plays; inHls: whether HLS has anything of it, which is what the server finds moments of the past
 *   by; video and audio: whether the output has them and the browser decodes them; lacks: what is missing, in words, or "";
 *   elsewhere: what plays all of it, in words, or ""
 */
export function chooseOutput(stream, wish, failing) {
  if (stream.tracks.length === 0) {
    return { id: wish ?? 'hls', video: true, audio: true, usable: OUTPUTS.map(o => o.id), lacks: '', elsewhere: '', inHls: true };
  }
  const offers = offersOf(stream).filter(offer => !failing.has(offer.player));
  const rated = offers.map(offer => ({ id: offer.id, video: plays(offer, 'video', failing), audio: plays(offer, 'audio', failing) }));
  const score = output => 2 * output.video + output.audio;
  const usable = rated.filter(o => score(o) > 0);
  const best = usable.find(o => o.id === wish)
    ?? usable.reduce((a, b) => (a && score(a) >= score(b) ? a : b), null);
  const missing = KINDS.filter(kind => stream.tracks.some(t => t.kind === kind) && !best?.[kind]);
  return { ...(best ?? { id: null, video: false, audio: false }), inHls: offers.some(offer => isHls(offer.id)),
    usable: usable.map(o => o.id), lacks: missing.map(kind => reason(stream, kind, best?.id, offers, failing)).join(' '),
    elsewhere: missing.length > 0 ? elsewhere(stream, offers) : '' };
}

/** What a choice lacks and what plays it instead, or "". */
export function inWords({ lacks, elsewhere: instead }) {
  return (lacks + ' ' + instead).trim();
}

/** The outputs that the server has, each with the codecs of its tracks. */
function offersOf(stream) {
  const codecs = names => stream.tracks.filter(track => names.includes(track.kind + track.id)).map(track => track.codec);
  const hls = stream.outputs.filter(output => output.protocol === 'hls');
  // The server has an FLV of the past too.
  const flv = KINDS.map(kind => kind + '0');
  return OUTPUTS.flatMap(({ id, player }) => {
    const its = { hls: hls[0], ts: hls.slice(1).find(output => output.format === 'ts'), flv: { format: 'flv', tracks: flv },
      ws: { format: 'flv', tracks: flv } }[id];
    const kinds = its && Object.fromEntries(KINDS.map(kind => [kind, codecs(its.tracks.filter(name => name.startsWith(kind)))]));
    return its ? [{ id, player, format: its.format, ...kinds }] : [];
  });
}

/** Of several tracks, one is enough. MPEG-TS is one file for both kinds: it plays if the browser decodes both. */
function plays(offer, kind, failing) {
  const decodable = codecs => codecs.some(codec => decodes(codec, offer.format) && (offer.format !== 'flv' || IN_FLV.test(codec)));
  if (offer.format === 'ts' && KINDS.some(each => offer[each].length > 0 && !decodable(offer[each]))) return false;
  return decodable(offer[kind]) && !failing.has(offer.player + ' ' + kind);
}

function reason(stream, kind, id, offers, failing) {
  const codecs = [...new Set(stream.tracks.filter(track => track.kind === kind).map(track => track.codec))];
  const name = [...new Set(codecs.map(codecName))].join(' and ');
  const what = kind === 'video' ? 'No picture: ' : 'No sound: ';
  const carrying = offers.filter(offer => offer[kind].length > 0);
  if (!codecs.some(codec => decodes(codec, 'ts'))) return what + 'this browser cannot decode ' + name + '.';
  if (carrying.some(offer => failing.has(offer.player + ' ' + kind))) return what + 'the players of this page fail at this ' + name + '.';
  if (!carrying.some(offer => isHls(offer.id))) {
    return what + (id && isHls(id) ? 'HLS does not carry ' + name + '.' : 'the players of this page cannot play ' + name
      + ', and HLS does not carry it.');
  }
  return what + 'this browser cannot play ' + name + ' in ' + (carrying[0].format === 'cmaf' ? 'MP4' : 'MPEG-TS') + '.';
}

function elsewhere(stream, offers) {
  const hls = offers.find(offer => isHls(offer.id));
  const all = [...new Set(stream.tracks.map(track => track.codec))];
  if (hls && all.every(codec => [...hls.video, ...hls.audio].includes(codec))) {
    return 'Open ' + location.origin + '/' + stream.name + '.m3u8 in ' + playersOf(all) + '.';
  }
  return stream.state === 'ended' ? '' : 'Players such as ffplay take it by HTTP-FLV.';
}
