// Which of the server's outputs this browser can play of a stream, and why it can play none.

export const OUTPUTS = [
  { id: 'hls', player: 'hls', suffix: '.m3u8' },
  { id: 'flv', player: 'flv', suffix: '.flv' },
  { id: 'ws', player: 'flv', suffix: '.flv' },
];
// What mpegts.js takes. It reads FLAC, but looks for STREAMINFO 4 bytes behind where FFmpeg 8 sends it.
const IN_FLV = /^(avc1|hvc1|av01|mp4a|opus)/i;
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
 * @param {Set<string>} failing what was tried in vain: "flv video" and the like, "hls" where the server has none
 * @returns {{id: ?string, video: boolean, audio: boolean, usable: string[], lacks: string, inHls: boolean}} id is null if no
 *   output plays; inHls: whether HLS has anything of it, which is what the server finds moments of the past by;
 *   video and audio: whether the output has them and the browser decodes them; lacks: what is missing, in words, or ""
 */
export function chooseOutput(stream, wish, failing) {
  if (stream.tracks.length === 0) {
    return { id: wish ?? 'hls', video: true, audio: true, usable: OUTPUTS.map(o => o.id), lacks: '', inHls: true };
  }
  // Players get the first track of each kind.
  const tracks = ['video', 'audio'].map(kind => stream.tracks.find(t => t.kind === kind)).filter(Boolean);
  const gap = failing.has('hls') || stream.warnings.some(w => w.code === 'codec_not_in_hls');
  const rated = OUTPUTS.map(output => {
    const fails = kind => failing.has(output.player) || failing.has(output.player + ' ' + kind);
    const plays = kind => !fails(kind)
      && tracks.some(t => t.kind === kind && carries(output.id, t, gap) && decodes(t, output.id));
    return { id: output.id, video: plays('video'), audio: plays('audio') };
  });
  const score = output => 2 * output.video + output.audio;
  const usable = rated.filter(o => score(o) > 0);
  const best = usable.find(o => o.id === wish)
    ?? usable.reduce((a, b) => (a && score(a) >= score(b) ? a : b), null);
  const missing = tracks.filter(t => !best || !best[t.kind]);
  const inHls = !failing.has('hls') && tracks.some(t => carries('hls', t, gap));
  return { ...(best ?? { id: null, video: false, audio: false }), inHls,
    usable: usable.map(o => o.id), lacks: missing.map(t => reason(t, best?.id, gap, failing)).join(' ') };
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

function reason(track, output, gap, failing) {
  const name = codecName(track.codec);
  const what = track.kind === 'video' ? 'No picture' : 'No sound';
  if (!decodes(track, 'hls')) return what + ': this browser cannot decode ' + name + '.';
  if (carries('flv', track) && failing.has('flv ' + track.kind)) {
    return what + ': the players of this page fail at this ' + name + (gap ? ', and HLS does not carry it.' : '.');
  }
  const where = output === 'hls' ? 'HLS does not carry ' + name + '.'
    : 'the players of this page cannot play ' + name + (gap ? ', and HLS does not carry it.' : '.');
  return what + ': ' + where;
}
