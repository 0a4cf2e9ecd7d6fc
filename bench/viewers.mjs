// Viewers of low-latency HLS without a picture: each loads the media playlists of a video and an audio track by blocking reload,
// and every part or segment that is listed after it has joined, over one connection per track.
//   node bench/viewers.mjs URL VIEWERS SECONDS
// URL is that of the multivariant playlist. Prints the number of requests and of failed ones, and the bytes received, as JSON.
import http from 'node:http';

const [url, viewers, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const until = Date.now() + seconds * 1000;
const sum = { requests: 0, failed: 0, bytes: 0 };

function get(agent, target) {
  return new Promise((resolve, reject) => {
    http.get(target, { agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        sum.requests++;
        sum.failed += response.statusCode === 200 ? 0 : 1;
        const body = Buffer.concat(chunks);
        sum.bytes += body.length;
        resolve({ status: response.statusCode, body });
      });
    }).on('error', reject);
  });
}

const attribute = (line, name) => line.match(new RegExp(`[:,]${name}="?([^",]*)`))?.[1];

/** Returns what a playlist lists and what comes next: parts where there are parts, and the number of the next part. */
function read(text) {
  let segment = Number(text.match(/#EXT-X-MEDIA-SEQUENCE:(\d+)/)?.[1] ?? 0);
  let part = 0;
  const files = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-PART:')) {
      files.push(attribute(line, 'URI'));
      part++;
    } else if (line && !line.startsWith('#')) {
      segment++;
      part = 0;
    }
  }
  return { files, next: `_HLS_msn=${segment}&_HLS_part=${part}`, ended: text.includes('#EXT-X-ENDLIST') };
}

async function watch(playlist) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const seen = new Set();
  let query = '';
  while (Date.now() < until) {
    const { status, body } = await get(agent, playlist + query);
    if (status !== 200) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    const { files, next, ended } = read(body.toString());
    for (const file of files.filter((each) => !seen.has(each))) {
      seen.add(file);
      // A viewer who has just joined needs the newest part only.
      if (query !== '' || file === files.at(-1)) {
        await get(agent, new URL(file, playlist).href);
      }
    }
    if (ended) {
      return;
    }
    query = '?' + next;
  }
  agent.destroy();
}

const multivariant = (await get(new http.Agent(), url)).body.toString();
const playlists = [...multivariant.matchAll(/#EXT-X-MEDIA:.*URI="([^"]*)"/g)].map((found) => found[1]).slice(0, 1);
playlists.push(multivariant.split('\n').find((line) => line && !line.startsWith('#')));
await Promise.allSettled(Array.from({ length: viewers }, async (_, n) => {
  await new Promise((resolve) => setTimeout(resolve, n * 20));
  await Promise.all(playlists.map((each) => watch(new URL(each, url).href)));
}));
console.log(JSON.stringify(sum));
