// Codecs by their RFC 6381 names: what they are called, whether this browser decodes them, and which players do.

const NAMES = [[/^avc1/, 'H.264'], [/^h(vc|ev)1/, 'HEVC'], [/^av01/, 'AV1'], [/^vp09/, 'VP9'], [/^mp4a\.40\.34/, 'MP3'],
  [/^mp4a/, 'AAC'], [/^opus/i, 'Opus'], [/^flac/i, 'FLAC'], [/^ac-3/, 'AC-3'], [/^ec-3/, 'E-AC-3']];
const VIDEO = /^(avc|hvc|hev|av01|vp09)/;
/** Players that decode these codecs, and no more than these for certain. VLC decodes all. */
const PLAYERS = [['Safari', ['H.264', 'HEVC', 'AAC', 'MP3', 'AC-3', 'E-AC-3']],
  ['Chrome or Firefox', ['H.264', 'AV1', 'VP9', 'AAC', 'Opus', 'FLAC']]];

const Mse = window.ManagedMediaSource ?? window.MediaSource;

/** "HEVC" for hvc1.1.6.L93.B0. */
export function codecName(codec) {
  return NAMES.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

/** "video" or "audio". */
export function kindOf(codec) {
  return VIDEO.test(codec) ? 'video' : 'audio';
}

/** @param {string} format "cmaf", "ts" or "flv" */
export function decodes(codec, format) {
  if (!Mse) return format !== 'flv'; // Safari on older iPhones plays HLS by itself
  // The players unpack MP3 of other formats; Chromium does not take it in MP4.
  if (codec === 'mp4a.40.34' && format !== 'cmaf') return Mse.isTypeSupported('audio/mpeg');
  const name = /^(opus|flac)$/i.test(codec) ? codec.toLowerCase() : codec;
  return Mse.isTypeSupported(kindOf(codec) + '/mp4; codecs="' + name + '"');
}

/** "VLC or Safari": players that decode all of these codecs over HLS. */
export function playersOf(codecs) {
  const names = codecs.map(codecName);
  return ['VLC', ...PLAYERS.filter(([, known]) => names.every(name => known.includes(name))).map(([player]) => player)]
    .join(' or ');
}
