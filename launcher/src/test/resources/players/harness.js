// Plays a stream with a player of its own, without the page of Millrace, and records in `seen` what that player reports:
// cues by scheme and id, times in seconds of the presentation, errors, and the time of the newest picture on the screen.
const video = document.querySelector('video');
const seen = { cues: {}, errors: [], picture: -1, player: null };
// Shaka does not decode the text of an event.
const attributes = (list) => Object.fromEntries(
  [...list.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)/g)].map(([, name, value]) => [name, value.replaceAll('&quot;', '').replaceAll('"', '')]));
const onPicture = (_, picture) => {
  seen.picture = picture.mediaTime;
  video.requestVideoFrameCallback(onPicture);
};
video.requestVideoFrameCallback(onPicture);

const players = {
  hls(url) {
    const hls = new Hls();
    seen.player = hls;
    hls.on(Hls.Events.ERROR, (_, { fatal, details }) => fatal && seen.errors.push(details));
    hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => {
      for (const range of Object.values(details.dateRanges)) {
        seen.cues[range.id] = { start: range.startTime, duration: range.duration, valid: range.isValid, ...range.attr };
      }
    });
    hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
    hls.loadSource(url);
    hls.attachMedia(video);
  },

  async shaka(url) {
    const player = new shaka.Player();
    seen.player = player;
    player.addEventListener('error', ({ detail }) => seen.errors.push(detail.code));
    player.addEventListener('timelineregionadded', ({ detail }) => {
      const text = detail.eventNode.children.find((child) => typeof child === 'string') ?? '';
      seen.cues[detail.schemeIdUri + ' ' + detail.id] = {
        start: detail.startTime, duration: Math.round((detail.endTime - detail.startTime) * 1000) / 1000, ...attributes(text) };
    });
    await player.attach(video);
    await player.load(url);
    await video.play();
  },

  dash(url) {
    const player = dashjs.MediaPlayer().create();
    seen.player = player;
    player.on('error', ({ error }) => seen.errors.push(error.code));
    for (const scheme of ['urn:millrace:hls:daterange', 'urn:scte:scte35:2014:xml+bin']) {
      player.on(scheme, ({ event }) => {
        const text = typeof event.messageData === 'string' ? event.messageData : '';
        seen.cues[scheme + ' ' + event.id] = { start: event.calculatedPresentationTime, duration: event.duration,
          bytes: text ? undefined : [...event.messageData ?? []], ...attributes(text) };
      }, null, { mode: 'eventModeOnReceive' });
    }
    // It plays by itself: it loads updates of the MPD only if it sees the video begin.
    player.initialize(video, url, true);
  },
};

/** Loads the keyframe at a time into a video of its own, as for a thumbnail. Only hls.js knows playlists of keyframes. */
function thumbnail(seconds) {
  const frames = seen.player.createIFramePlayer();
  seen.thumbnail = document.body.appendChild(document.createElement('video'));
  frames.on(Hls.Events.ERROR, (_, { fatal, details }) => fatal && seen.errors.push('thumbnail: ' + details));
  frames.attachMedia(seen.thumbnail);
  frames.loadMediaAt(seconds, { seekOnAppend: true });
}

async function play(name, url) {
  try {
    await players[name](url);
  } catch (error) {
    seen.errors.push(String(error.message ?? error));
  }
}
