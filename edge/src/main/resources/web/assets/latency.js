// How far behind the encoder a viewer of low-latency HLS is: the targets to choose from, and how the player gets there.

/** A viewer that is late catches up at this rate, which nobody hears. */
const CATCH_UP_RATE = 1.05;
const LATE_S = 0.05;
/** A viewer that is later than this after a choice jumps. */
const JUMP_S = 3;
const LOWEST = 'lowest';
const TARGETS_S = [3, 6, 12];

/**
 * The targets, or none for a stream without low latency.
 *
 * @param {object} hls of hls.js
 * @param {?number} chosenS target in seconds, or null for the lowest
 */
export function latencies(hls, chosenS) {
  const details = hls.latestLevelDetails;
  if (!details?.live || !details.partHoldBack) return { options: [], chosen: '' };
  return { options: [{ id: LOWEST, text: 'Lowest' }, ...TARGETS_S.map(s => ({ id: String(s), text: s + ' s' }))],
    chosen: chosenS === null ? LOWEST : String(chosenS) };
}

/** Takes a choice, and returns it in seconds. A viewer who wants to be further behind jumps back. */
export function chooseLatency(hls, video, id) {
  const chosenS = id === LOWEST ? null : Number(id);
  hls.targetLatency = chosenS ?? hls.latestLevelDetails.partHoldBack;
  const lateS = hls.latency - hls.targetLatency;
  if (lateS < -LATE_S || lateS > JUMP_S) video.currentTime = hls.liveSyncPosition ?? video.currentTime;
  return chosenS;
}

/**
 * Lets a late viewer catch up while two parts are buffered. hls.js does this itself only while more than a second is, which
 * a viewer of short parts never has. Leaves a rate that the viewer has chosen.
 */
export function catchUp(hls, video) {
  if (video.playbackRate !== 1 && video.playbackRate !== CATCH_UP_RATE) return;
  const details = hls.latestLevelDetails;
  const { buffered, currentTime } = video;
  const aheadS = buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
  const isLate = details?.live && hls.latency > hls.targetLatency + LATE_S;
  const rate = isLate && aheadS > 2 * (details.partTarget || details.targetduration) ? CATCH_UP_RATE : 1;
  if (video.playbackRate !== rate) video.playbackRate = rate;
}
