// What is known of a stream, in words. Pure: no DOM, no clock.
import { codecName } from './shared/codecs.js';

const STATES = { live: 'Live', grace: 'Encoder away', ended: 'Ended' };

export function stateName(state) {
  return STATES[state] ?? state;
}

/** "2.48 Mbit/s"; "–" for unknown. */
export function rate(bits) {
  if (bits === null || bits === undefined) return '–';
  return bits < 1e6 ? Math.round(bits / 1e3) + ' kbit/s' : (bits / 1e6).toFixed(bits < 1e7 ? 2 : 1) + ' Mbit/s';
}

/** "12.4 MB"; "–" for unknown. */
export function size(bytes) {
  if (bytes === null || bytes === undefined) return '–';
  if (bytes < 1e6) return Math.round(bytes / 1e3) + ' kB';
  return bytes < 1e9 ? (bytes / 1e6).toFixed(1) + ' MB' : (bytes / 1e9).toFixed(2) + ' GB';
}

/** "0.8 s", "850 ms". */
export function delay(ms) {
  if (ms === null || ms === undefined) return '–';
  return Math.abs(ms) < 1000 ? Math.round(ms) + ' ms' : (ms / 1000).toFixed(1) + ' s';
}

/** "3 min", "2 h 5 min", "4 days". */
export function duration(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return Math.max(0, Math.floor(ms / 1000)) + ' s';
  if (minutes < 60) return minutes + ' min';
  return minutes < 2880 ? Math.floor(minutes / 60) + ' h ' + minutes % 60 + ' min' : Math.floor(minutes / 1440) + ' days';
}

export function watching(stream) {
  return Object.values(stream.viewers ?? {}).reduce((a, b) => a + b, 0);
}

/** "1280×720 · 30 fps · H.264, AAC". */
export function picture(stream) {
  if (stream.tracks.length === 0) return 'not known yet';
  const video = stream.tracks.find(track => track.kind === 'video');
  const parts = video ? [] : ['audio only'];
  if (video?.width) parts.push(video.width + '×' + video.height);
  if (video?.frameRate) parts.push(Math.round(video.frameRate * 100) / 100 + ' fps');
  parts.push([...new Set(stream.tracks.map(track => codecName(track.codec)))].join(', '));
  return parts.join(' · ');
}

/** Pairs of a name and a text about the encoder and the tracks. */
export function source(stream, nowMs) {
  const facts = [['Started', moment(stream.startedAt) + ' (' + duration(nowMs - Date.parse(stream.startedAt)) + ' ago)']];
  if (stream.endedAt) facts.push([stream.state === 'ended' ? 'Ended' : 'Encoder left', moment(stream.endedAt)]);
  if (stream.graceEndsAt) facts.push(['Waits for it until', moment(stream.graceEndsAt)]);
  facts.push(['Encoder', stream.publisher.client || 'unknown'], ['Encoder address', stream.publisher.address ?? 'unknown'],
    ['Ingest node', stream.publisher.node ?? 'unknown'], ['Picture', picture(stream)]);
  const sounds = stream.tracks.filter(track => track.kind === 'audio')
    .map(track => [codecName(track.codec), track.sampleRate && track.sampleRate / 1000 + ' kHz', track.channels && track.channels + ' channels',
      track.language].filter(Boolean).join(', '));
  if (sounds.length) facts.push(['Sound', sounds.join('; ')]);
  facts.push(['Outputs', stream.outputs.map(outputName).join(', ') || 'none yet']);
  return facts;
}

function outputName({ protocol, format }) {
  return protocol.toUpperCase() + (format === protocol ? '' : ' (' + format.toUpperCase() + ')');
}

/** "1 Dec, 14:05:09" in the browser's time zone. */
export function moment(text) {
  return new Date(text).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** The command lines that export a recording, each with a name. */
export function exportCommands(name, sessions) {
  const quoted = /^[\w./@+-]+$/.test(name) ? name : "'" + name.replaceAll("'", "'\\''") + "'";
  const file = name.replaceAll(/[^\w.-]+/g, '-') + '.mp4';
  const commands = [['Newest broadcast', 'millrace export ' + quoted + ' ' + file],
    ['Last 5 minutes', 'millrace export ' + quoted + ' ' + file + ' --from -5m']];
  const first = sessions[0];
  if (first) commands.push(['All that is retained', 'millrace export ' + quoted + ' ' + file + ' --from ' + first.startedAt]);
  return commands;
}
