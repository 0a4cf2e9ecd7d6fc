// Which of the server's outputs this browser can play of a stream, and why it can play none.

export const OUTPUTS = [
  { id: 'hls', label: 'HLS', suffix: '.m3u8' },
  { id: 'flv', label: 'HTTP-FLV', suffix: '.flv' },
  { id: 'ws', label: 'WebSocket-FLV', suffix: '.flv' },
];
// What mpegts.js takes.
const IN_FLV = /^(avc1|hvc1|av01|mp4a|opus|flac)/i;
// What HLS carries of a stream of which the server says that HLS lacks a codec.
const ALWAYS_IN_HLS = /^(avc1|mp4a\.40\.(2|5|29)$)/;
const NAMES = [[/^avc1/, 'H.264'], [/^h(vc|ev)1/, 'HEVC'], [/^av01/, 'AV1'], [/^vp09/, 'VP9'], [/^mp4a\.40\.34/, 'MP3'],
  [/^mp4a/, 'AAC'], [/^opus/i, 'Opus'], [/^flac/i, 'FLAC'], [/^ac-3/, 'AC-3'], [/^ec-3/, 'E-AC-3']];

const Mse = window.ManagedMediaSource ?? window.MediaSource;

/** "HEVC" for hvc1.1.6.L93.B0. */
export function codecName(codec) {
  return NAMES.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

/**
 * The output to play a stream with.
 *
 * @param {object} stream of the API
 * @param {?string} wish the output that the viewer chose, or null
 * @param {boolean} hlsRefused whether the server said that HLS has nothing of the stream
 * @returns {{id: ?string, video: boolean, audio: boolean, usable: string[], lacks: string}} id is null if no output plays;
 *   video and audio: whether the output has them and the browser decodes them; lacks: what is missing, in words, or ""
 */
export function chooseOutput(stream, wish, hlsRefused) {
  if (stream.tracks.length === 0) {
    return { id: wish ?? 'hls', video: true, audio: true, usable: OUTPUTS.map(o => o.id), lacks: '' };
  }
  // Players get the first track of each kind.
  const tracks = ['video', 'audio'].map(kind => stream.tracks.find(t => t.kind === kind)).filter(Boolean);
  const gap = hlsRefused || stream.warnings.some(w => w.code === 'codec_not_in_hls');
  const rated = OUTPUTS.map(output => {
    const plays = kind => tracks.some(t => t.kind === kind && carries(output.id, t, gap) && decodes(t, output.id));
    const [video, audio] = [plays('video'), !(hlsRefused && output.id === 'hls') && plays('audio')];
    return { id: output.id, video: video && !(hlsRefused && output.id === 'hls'), audio };
  });
  const score = output => 2 * output.video + output.audio;
  const usable = rated.filter(o => score(o) > 0);
  const best = usable.find(o => o.id === wish)
    ?? usable.reduce((a, b) => (a && score(a) >= score(b) ? a : b), null);
  const missing = tracks.filter(t => !best || !best[t.kind]);
  return { ...(best ?? { id: null, video: false, audio: false }), usable: usable.map(o => o.id),
    lacks: missing.map(t => reason(t, best?.id, gap)).join(' ') };
}

function carries(output, track, gap) {
  return output === 'hls' ? !gap || ALWAYS_IN_HLS.test(track.codec) : IN_FLV.test(track.codec);
}

function decodes(track, output) {
  if (!Mse) return output === 'hls'; // Safari on iPhones plays HLS by itself
  if (track.codec === 'mp4a.40.34') return Mse.isTypeSupported('audio/mpeg');
  return Mse.isTypeSupported(track.kind + '/mp4; codecs="' + (/^(opus|flac)$/i.test(track.codec) ? track.codec.toLowerCase()
    : track.codec) + '"');
}

function reason(track, output, gap) {
  const name = codecName(track.codec);
  const what = track.kind === 'video' ? 'No picture' : 'No sound';
  if (!decodes(track, 'hls')) return what + ': this browser cannot decode ' + name + '.';
  const where = output === 'hls' ? 'HLS does not carry ' + name + '.'
    : 'the players of this page cannot play ' + name + (gap ? ', and HLS does not carry it.' : '.');
  return what + ': ' + where;
}
