// Plays HLS by hls.js, or by the browser itself where hls.js does not run.
import { qualities, soundTexts } from './choices.js';
import { decodes, kindOf } from './codecs.js';
import { catchUp, chooseLatency, latencies } from './latency.js';
import { decodable } from './multivariant.js';

const KEEP_BEHIND_S = 30;
const AUTO = 'auto';

/**
 * @param {HTMLVideoElement} video
 * @param {object} source of Player
 * @param {{quality: ?string, sound: ?object, latencyS: ?number}} wish what the viewer chose before: the short name of a quality,
 *     an audio track, how far behind to be
 * @param {{mediaError: (isHopeless: boolean) => void, networkError: (isRefused: boolean) => void, choices: () => void}} on
 * @returns {{stop: function, dateMs: function, resume: function, choices: function, choose: function}}
 */
export function playHls(video, source, wish, on) {
  return window.Hls?.isSupported() ? byHlsJs(video, source, wish, on) : byBrowser(video, source, on);
}

/** Safari on older iPhones. */
function byBrowser(video, source, on) {
  video.src = source.url;
  video.onerror = () => on.networkError(false);
  return { stop: () => { video.onerror = null; video.removeAttribute('src'); video.load(); },
    dateMs: () => (video.getStartDate?.().getTime() || NaN) + video.currentTime * 1000 || null, resume: () => false,
    choices: () => null, choose: () => {} };
}

function byHlsJs(video, source, wish, on) {
  // hls.js begins a live playlist near its end; one of a moment in the past is meant from its beginning.
  let latencyS = wish.latencyS ?? null;
  const hls = new Hls({ lowLatencyMode: source.live, backBufferLength: KEEP_BEHIND_S, startPosition: source.live ? -1 : 0,
    pLoader: decodablePlaylists(), ...(wish.sound ? { audioPreference: wish.sound } : {}),
    ...(source.live && latencyS ? { liveSyncDuration: latencyS } : {}),
    ...(source.live ? {} : { xhrSetup: pastTheCache(source.url) }) });
  hls.on(Hls.Events.ERROR, (_, failure) => {
    if (!failure.fatal) return;
    if (failure.type !== Hls.ErrorTypes.MEDIA_ERROR) on.networkError(failure.response?.code >= 400);
    else {
      const isHopeless = failure.details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR;
      on.mediaError(isHopeless);
      if (!isHopeless) hls.recoverMediaError();
    }
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    const wished = qualities(hls.levels).find(quality => quality.short === wish.quality);
    if (wished) hls.loadLevel = levelOf(hls, wished.uri);
  });
  for (const event of ['MANIFEST_PARSED', 'LEVELS_UPDATED', 'LEVEL_SWITCHED', 'AUDIO_TRACKS_UPDATED', 'AUDIO_TRACK_SWITCHING',
    'AUDIO_TRACK_SWITCHED']) hls.on(Hls.Events[event], on.choices);
  const pace = () => catchUp(hls, video);
  if (source.live) video.addEventListener('timeupdate', pace);
  hls.loadSource(source.url);
  hls.attachMedia(video);
  return { stop: () => { video.removeEventListener('timeupdate', pace); hls.destroy(); }, dateMs: () => hls.playingDate?.getTime() ?? null,
    bitrateKbps: () => (hls.levels[hls.currentLevel]?.bitrate ?? 0) / 1000 || null,
    resume: isStarted => { if (isStarted) hls.startLoad(); return isStarted; },
    choices: () => ({ ...choicesOf(hls), latency: latencies(hls, latencyS) }),
    choose: (kind, id) => {
      if (kind === 'latency') return { latencyS: latencyS = chooseLatency(hls, video, id) };
      return kind === 'quality' ? chooseQuality(hls, id) : chooseSound(hls, id);
    } };
}

/** What Player.choices() describes, without the latency. */
function choicesOf(hls) {
  const found = qualities(hls.levels);
  const at = uri => found.find(quality => quality.uri === uri);
  const isAuto = hls.autoLevelEnabled;
  const onScreen = at(hls.levels[hls.currentLevel]?.uri);
  const auto = { id: AUTO, text: isAuto && onScreen ? 'Auto (' + onScreen.short + ')' : 'Auto' };
  const sounds = hls.allAudioTracks;
  const texts = soundTexts(sounds);
  return {
    quality: { options: [auto, ...found.map(({ uri, text }) => ({ id: uri, text }))],
      chosen: isAuto ? AUTO : hls.levels[hls.manualLevel]?.uri ?? AUTO },
    audio: { options: sounds.map((_, i) => ({ id: String(i), text: texts[i] })),
      chosen: String(sounds.indexOf(hls.audioTracks[hls.audioTrack])) },
  };
}

/** From the next segment on, without a gap: what is buffered of the next seconds is replaced. */
function chooseQuality(hls, uri) {
  if (uri === AUTO) hls.loadLevel = -1;
  else hls.nextLevel = levelOf(hls, uri);
  return { quality: qualities(hls.levels).find(quality => quality.uri === uri)?.short ?? null };
}

/** With the audio codec that is heard. */
function levelOf(hls, uri) {
  const group = hls.audioTracks[hls.audioTrack]?.groupId;
  const withGroup = hls.levels.findIndex(level => level.uri === uri && level.audioGroups?.includes(group));
  return withGroup >= 0 ? withGroup : hls.levels.findIndex(level => level.uri === uri);
}

function chooseSound(hls, id) {
  const track = hls.allAudioTracks[id];
  const inGroup = hls.audioTracks.indexOf(track);
  if (inGroup >= 0) hls.audioTrack = inGroup;
  else hls.setAudioOption(track);
  return { sound: { name: track.name, lang: track.lang, audioCodec: track.audioCodec } };
}

/** A loader for playlists that leaves out what this browser does not decode. */
function decodablePlaylists() {
  return class extends Hls.DefaultConfig.loader {
    load(context, config, callbacks) {
      if (context.type !== 'manifest') {
        super.load(context, config, callbacks);
        return;
      }
      super.load(context, config, { ...callbacks, onSuccess: (response, ...rest) => {
        if (typeof response.data === 'string') response.data = decodable(response.data, codec => decodes(codec, 'ts'), kindOf);
        callbacks.onSuccess(response, ...rest);
      } });
    }
  };
}

/** The browser's cache may hold for a moment what the URL led to while its stream was live: the window, which ends with it. */
function pastTheCache(multivariantUrl) {
  return (request, url) => {
    if (url !== multivariantUrl) return;
    request.open('GET', url);
    request.setRequestHeader('Cache-Control', 'no-cache');
  };
}
