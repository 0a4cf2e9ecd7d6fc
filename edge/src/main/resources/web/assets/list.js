// The list of streams: live ones first, those that have ended folded away, a search field. Asks no server.
import { $, button, element, fill, say } from './dom.js';

const PAGE_SIZE = 100;
const TYPING_MS = 200;

export class StreamList {
  #onChoose;
  #typing = 0;

  limit = PAGE_SIZE; // of those that are live
  endedLimit = PAGE_SIZE;

  /**
   * @param {(name: string) => void} onChoose
   * @param {() => void} onAsk called when the viewer asks for more or for others
   */
  constructor(onChoose, onAsk) {
    this.#onChoose = onChoose;
    $('search').addEventListener('input', () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => { this.limit = this.endedLimit = PAGE_SIZE; onAsk(); }, TYPING_MS);
    });
    $('more').addEventListener('click', () => { this.limit += PAGE_SIZE; onAsk(); });
    $('more-ended').addEventListener('click', () => { this.endedLimit += PAGE_SIZE; onAsk(); });
    $('ended').addEventListener('toggle', onAsk);
  }

  get search() { return $('search').value.trim(); }

  /** Whether those that have ended are looked at. */
  get isEndedOpen() { return $('ended').open || this.search !== ''; }

  /**
   * @param {{streams: object[], next: ?string}} live
   * @param {{streams: object[], next: ?string}} ended
   * @param {?string} chosen name of the stream on the stage
   * @param {number} nowMs the server's clock
   */
  show(live, ended, chosen, nowMs) {
    fill($('streams'), this.#cards(live.streams, chosen, nowMs));
    fill($('ended-streams'), this.#cards(ended.streams, chosen, nowMs));
    $('more').hidden = live.next === null;
    $('more-ended').hidden = ended.next === null;
    $('ended').hidden = ended.streams.length === 0;
    say($('live-count'), count(live));
    say($('ended-count'), count(ended));
    const nothing = live.streams.length === 0;
    $('none-live').hidden = !nothing;
    say($('none-live'), this.search === '' ? 'Nothing is live now.' : 'No live stream has “' + this.search + '” in its name.');
    if (this.search !== '' && nothing && ended.streams.length > 0) $('ended').open = true;
  }

  #cards(streams, chosen, nowMs) {
    return streams.map(stream => {
      const card = button('card', '', () => this.#onChoose(stream.name));
      const dot = element('span', 'dot ' + stream.state);
      dot.setAttribute('aria-hidden', true);
      card.append(dot, element('b', '', stream.name), element('small', '', about(stream, nowMs)));
      card.dataset.name = stream.name;
      if (stream.name === chosen) card.setAttribute('aria-current', true);
      return element('li', '', card);
    });
  }
}

/** Numbers of what is there: "100+" if there is more than was asked for. */
export function count(found) {
  return found.streams.length + (found.next === null ? '' : '+');
}

function size(video) {
  return video.width ? video.width + '×' + video.height : 'video';
}

/** "1280×720 · 30 fps", "audio only". */
export function picture(stream) {
  const video = stream.tracks.find(t => t.kind === 'video');
  if (!video) return stream.tracks.length ? 'audio only' : 'starting…';
  const rate = video.frameRate ? ' · ' + Math.round(video.frameRate * 100) / 100 + ' fps' : '';
  return size(video) + rate;
}

export function viewers(stream) {
  const watching = Object.values(stream.viewers).reduce((a, b) => a + b, 0);
  return watching + (watching === 1 ? ' viewer' : ' viewers');
}

function about(stream, nowMs) {
  if (stream.state === 'ended') return 'Ended ' + ago(Date.parse(stream.endedAt), nowMs);
  return (stream.state === 'grace' ? 'Encoder away' : 'Live') + ' · ' + picture(stream).replace(/ · .*/, '') + ' · ' + viewers(stream);
}

/** In whole minutes, hours or days, so that a list stands still. */
function ago(ms, nowMs) {
  const minutes = Math.floor((nowMs - ms) / 60_000);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 60) return minutes + ' min ago';
  return minutes < 48 * 60 ? Math.floor(minutes / 60) + ' h ago' : Math.floor(minutes / 1440) + ' days ago';
}
