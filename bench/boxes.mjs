// Parses MP4 files with mp4box.js, a parser that shares no code with ours or with FFmpeg's, and prints what a player learns
// from each: brands, codecs, number of samples, end of the last one, and `holes`, samples that do not begin where the one
// before them ends. Fails if a file cannot be parsed, has a box of which a part is not understood, or lacks sample data.
//   npm install mp4box@2.4.1 && node boxes.mjs FILE...
import * as mp4box from 'mp4box';
import fs from 'fs';

function walk(box, visit) {
  visit(box);
  for (const child of [...box.boxes ?? [], ...box.entries ?? []]) {
    if (child?.type) {
      walk(child, visit);
    }
  }
}

for (const path of process.argv.slice(2)) {
  const bytes = fs.readFileSync(path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  buffer.fileStart = 0;
  const file = mp4box.createFile();
  const tracks = new Map();
  let info = null;
  file.onError = (module, message) => { throw new Error(`${path}: ${module}: ${message}`); };
  file.onReady = (ready) => {
    info = ready;
    for (const track of info.tracks) {
      tracks.set(track.id, { samples: 0, bytes: 0, end: 0, holes: 0 });
      file.setExtractionOptions(track.id, null, { nbSamples: 1000 });
    }
    file.start();
  };
  file.onSamples = (id, _, samples) => {
    const track = tracks.get(id);
    for (const sample of samples) {
      if (sample.data?.length !== sample.size) {
        throw new Error(`${path}: sample ${track.samples} of track ${id} has no data`);
      }
      track.holes += track.samples > 0 && sample.dts !== track.end ? 1 : 0;
      track.samples++;
      track.bytes += sample.size;
      track.end = sample.dts + sample.duration;
    }
  };
  file.appendBuffer(buffer);
  file.flush();
  if (info === null) {
    throw new Error(`${path}: no moov`);
  }
  file.boxes.forEach((top) => walk(top, (box) => {
    if (box.has_unparsed_data) {
      throw new Error(`${path}: a part of ${box.type} at ${box.start} is not understood`);
    }
  }));
  const boxBytes = file.boxes.reduce((sum, box) => sum + box.size, 0);
  if (boxBytes !== bytes.length) {
    throw new Error(`${path}: the boxes have ${boxBytes} of ${bytes.length} bytes`);
  }
  console.log(`${path}: ${info.isFragmented ? 'fragmented' : 'plain'}, brands ${info.brands.join(' ')}`);
  for (const track of info.tracks) {
    const seen = tracks.get(track.id);
    const edits = (track.edits ?? []).map((edit) => `${edit.segment_duration} from ${edit.media_time}`).join(', ');
    const form = track.video ? `${track.video.width}x${track.video.height}`
      : `${track.audio.sample_rate} Hz, ${track.audio.channel_count} channels`;
    console.log(`  ${track.codec}, ${form}, timescale ${track.timescale}: ${seen.samples} samples, ${seen.bytes} bytes, `
      + `end ${seen.end}, holes ${seen.holes}${edits ? `, edits ${edits}` : ''}`);
  }
}
