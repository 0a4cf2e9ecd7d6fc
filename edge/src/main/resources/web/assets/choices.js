// What a viewer can choose of HLS in hls.js, in words: qualities and audio tracks.
import { codecName } from './codecs.js';

const SMOOTH_FPS = 31; // frame rates from here on are said
const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

/**
 * The pictures to choose from, the best first. A picture that exists with several audio codecs is one quality.
 *
 * @param {object[]} levels of hls.js
 * @returns {Array<{uri: string, short: string, text: string}>} such as "1080p" and "1080p · 5.2 Mbit/s"
 */
export function qualities(levels) {
  const pictures = [...new Map(levels.filter(level => level.height > 0).map(level => [level.uri, level])).values()].reverse();
  const isMixed = new Set(pictures.map(level => codecName(level.videoCodec ?? ''))).size > 1;
  return pictures.map(level => {
    const lines = Math.min(level.width, level.height); // of an upright picture, too
    const short = lines + 'p' + (level.frameRate >= SMOOTH_FPS ? Math.round(level.frameRate) : '')
      + (isMixed ? ' ' + codecName(level.videoCodec ?? '') : '');
    return { uri: level.uri, short, text: short + ' · ' + bitrate(Number(level.attrs['AVERAGE-BANDWIDTH']) || level.bitrate) };
  });
}

function bitrate(bitsPerSecond) {
  return bitsPerSecond < 1e6 ? Math.round(bitsPerSecond / 1e3) + ' kbit/s' : (bitsPerSecond / 1e6).toFixed(1) + ' Mbit/s';
}

/**
 * Names of audio tracks; tracks of one name are told apart by codec or number.
 *
 * @param {object[]} tracks of hls.js
 * @returns {string[]} such as "Commentary (German)"
 */
export function soundTexts(tracks) {
  const names = tracks.map((track, i) => soundName(track, i));
  return names.map((name, i) => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return name;
    const namesakes = tracks.filter((_, j) => names[j] === name);
    const isOfOneCodec = new Set(namesakes.map(track => track.audioCodec)).size < namesakes.length;
    return name + ' · ' + (isOfOneCodec ? namesakes.indexOf(tracks[i]) + 1 : codecName(tracks[i].audioCodec ?? ''));
  });
}

function soundName({ name, lang }, i) {
  const language = lang ? LANGUAGES.of(lang) : '';
  // The server's names for tracks that the encoder gave none.
  if (!name || /^audio\d+$/.test(name) || name === lang) return language || 'Track ' + (i + 1);
  return language === '' || name.toLowerCase().includes(language.toLowerCase()) ? name : name + ' (' + language + ')';
}
