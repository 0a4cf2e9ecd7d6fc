// How to push a stream to this server, and where else to watch one: texts to copy.
import { $, copyLine, fill, say } from './dom.js';
import { linkTo } from './link.js';

const DEFAULT_PORTS = { rtmp: 1935, rtmps: 443 };
const TEST_PICTURE = 'ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=f=440'
  + ' -c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p -g 60 -c:a aac -f flv ';

/** @param {?object[]} ingest nodes of the API, null if the server does not say */
export function showPushHints(ingest) {
  const servers = [...new Set((ingest ?? []).flatMap(node => ['rtmps', 'rtmp'].map(scheme => url(scheme, node[scheme])))
    .filter(Boolean))].slice(0, 4);
  const isKeyRequired = (ingest ?? []).some(node => node.keyRequired);
  $('no-address').hidden = servers.length > 0;
  $('push-how').hidden = servers.length === 0;
  $('key').hidden = !isKeyRequired;
  if (servers.length === 0) {
    say($('no-address'), ingest === null || ingest.length > 0
      ? 'This server does not announce an address for encoders. Use the RTMP address that Millrace printed when it started, '
        + 'with the application live and any stream key, such as show.'
      : 'No node takes streams at the moment. Start one: millrace ingest, or millrace up for everything in one process.');
    return;
  }
  const key = isKeyRequired ? 'YOUR-KEY' : 'show';
  const plain = servers.find(server => server.startsWith('rtmp:')) ?? servers[0];
  showLines($('obs'), [...servers.map(server => ['Server', server + '/live']), ['Stream key', key]]);
  showLines($('ffmpeg'), [['A test picture', TEST_PICTURE + plain + '/live/' + key],
    ['A file', 'ffmpeg -re -i video.mp4 -c:v libx264 -g 60 -c:a aac -f flv ' + plain + '/live/' + key],
    ['Without FFmpeg', './millrace push video.mp4 ' + plain + '/live/' + key]]);
}

/** @param {{host: ?string, port: number}} announced host null: the machine that this page comes from */
function url(scheme, announced) {
  if (!announced) return null;
  const host = announced.host ?? location.hostname;
  const bracketed = host.includes(':') && !host.startsWith('[') ? '[' + host + ']' : host;
  return scheme + '://' + bracketed + (announced.port === DEFAULT_PORTS[scheme] ? '' : ':' + announced.port);
}

/** Where else the stream plays; of one that has ended, what is retained by HLS. */
export function showWatchHints({ name, state, outputs }) {
  const base = location.origin + '/' + name;
  const isEnded = state === 'ended';
  const hls = outputs.filter(output => output.protocol === 'hls');
  const older = hls.slice(1).filter(output => output.format === 'ts').map(output => ['HLS for old players', location.origin + output.url]);
  const embed = '<iframe src="' + linkTo(location.origin + '/embed', name)
    + '" width="640" height="360" allow="autoplay; fullscreen; picture-in-picture" title="' + name + '"></iframe>';
  const live = [['HTTP-FLV', base + '.flv'], ['WebSocket-FLV', base.replace('http', 'ws') + '.flv'],
    ['ffplay', 'ffplay -fflags nobuffer ' + base + '.flv']];
  showLines($('urls'), [['HLS', base + '.m3u8'], ...older, ...(isEnded ? [] : live), ['VLC', 'vlc ' + base + '.m3u8']]);
  showLines($('embed'), [['On a web page', embed]]);
}

function showLines(list, lines) {
  const text = JSON.stringify(lines);
  if (list.dataset.lines === text) return;
  list.dataset.lines = text;
  fill(list, lines.map(copyLine));
}
