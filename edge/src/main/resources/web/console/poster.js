// Posters: the newest keyframe of a stream, decoded by the browser and drawn on a canvas.

const DECODE_MS = 5000;

/**
 * Draws the first frame of a file.
 *
 * @param {ArrayBuffer} file an MP4 file
 * @returns {Promise<boolean>} whether this browser decodes it
 */
export async function drawPoster(canvas, file) {
  const video = document.createElement('video');
  const url = URL.createObjectURL(new Blob([file], { type: 'video/mp4' }));
  try {
    video.muted = true;
    video.preload = 'auto';
    const isDecoded = await new Promise(resolve => {
      video.addEventListener('loadeddata', () => resolve(true), { once: true });
      video.addEventListener('error', () => resolve(false), { once: true });
      setTimeout(resolve, DECODE_MS, false);
      video.src = url;
    });
    if (!isDecoded || video.videoWidth === 0) return false;
    canvas.width = Math.min(video.videoWidth, 960);
    canvas.height = Math.round(canvas.width * video.videoHeight / video.videoWidth);
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    return true;
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}

/** Calls an asynchronous function for the names in turn, one at a time, each at most once per period. */
export class PosterQueue {
  #draw;
  #periodMs;
  #waiting = new Set();
  #drawnMs = new Map();
  #running = false;

  constructor(draw, periodMs) {
    this.#draw = draw;
    this.#periodMs = periodMs;
  }

  want(name, nowMs) {
    if (nowMs - (this.#drawnMs.get(name) ?? -Infinity) < this.#periodMs) return;
    this.#drawnMs.set(name, nowMs);
    this.#waiting.add(name);
    if (!this.#running) this.#run();
  }

  async #run() {
    this.#running = true;
    for (const name of this.#waiting) { // also those that are added meanwhile
      this.#waiting.delete(name);
      await this.#draw(name).catch(() => {}); // the next poll says what is wrong
    }
    this.#running = false;
  }
}
