// The frame rate of a fragmented MP4 file of one video track (ISO/IEC 14496-12). Pure.

const CONTAINERS = ['moov', 'trak', 'mdia', 'moof', 'traf'];
const TFHD = { base: 0x1, description: 0x2, duration: 0x8 };
const TRUN = { offset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, time: 0x800 };

/**
 * @param {ArrayBuffer} file
 * @returns {?number} frames per second; null if the file does not tell
 */
export function frameRate(file) {
  const found = {};
  walk(new DataView(file), 0, file.byteLength, found);
  return found.ticks > 0 && found.timescale ? found.frames * found.timescale / found.ticks : null;
}

function walk(view, from, to, found) {
  for (let at = from; at + 8 <= to;) {
    const bytes = view.getUint32(at);
    if (bytes < 8 || at + bytes > to) return;
    const type = String.fromCharCode(...[4, 5, 6, 7].map(i => view.getUint8(at + i)));
    if (CONTAINERS.includes(type)) walk(view, at + 8, at + bytes, found);
    if (type === 'mdhd') found.timescale = view.getUint32(at + (view.getUint8(at + 8) === 1 ? 28 : 20));
    if (type === 'tfhd') found.duration = defaultDuration(view, at + 8);
    if (type === 'trun') run(view, at + 8, found);
    at += bytes;
  }
}

function defaultDuration(view, at) {
  const flags = view.getUint32(at) & 0xffffff;
  if (!(flags & TFHD.duration)) return 0;
  return view.getUint32(at + 8 + (flags & TFHD.base ? 8 : 0) + (flags & TFHD.description ? 4 : 0));
}

function run(view, at, found) {
  const flags = view.getUint32(at) & 0xffffff;
  const count = view.getUint32(at + 4);
  const field = flag => (flags & flag ? 4 : 0);
  const stride = field(TRUN.duration) + field(TRUN.size) + field(TRUN.flags) + field(TRUN.time);
  let sample = at + 8 + field(TRUN.offset) + field(TRUN.firstFlags);
  for (let i = 0; i < count; i++, sample += stride) {
    found.ticks = (found.ticks ?? 0) + (flags & TRUN.duration ? view.getUint32(sample) : found.duration ?? 0);
  }
  found.frames = (found.frames ?? 0) + count;
}
