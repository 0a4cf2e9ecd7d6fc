'use strict';
// The page: lists the streams of /api/v1/streams and plays one of them by hls.js or mpegts.js, from now on or from any
// moment that is retained.
(() => {
  const POLL_MS = 2000;
  const SESSIONS_EVERY = 3; // polls
  const SESSIONS_LIMIT = 1000;
  const RETRY_MS = 1500;
  const PAGE_SIZE = 50;
  const RTMP_PORT = 1935;

  const $ = id => document.getElementById(id);
  const video = $('video');
  const wish = new URLSearchParams(location.search);
  let chosen = wish.get('stream');
  let kind = ['flv', 'ws'].includes(wish.get('player')) ? wish.get('player') : 'hls';
  let startMs = Date.parse(wish.get('start')) || null; // the moment to play from, null for live
  let limit = PAGE_SIZE;
  let polls = 0;
  let streams = [];
  let clockOffsetMs = 0;
  let playing = null; // {stream, epoch, kind, startMs, stop()}
  let retry = 0;
  const timeline = new Timeline($('timeline'), $('sessions'), playFrom);

  // ---------------------------------------------------------------- the list

  async function poll() {
    try {
      const response = await fetch('/api/v1/streams?limit=' + limit, { cache: 'no-store' });
      if (!response.ok) throw new Error('HTTP ' + response.status);
      const date = Date.parse(response.headers.get('date'));
      if (!Number.isNaN(date)) clockOffsetMs = smoothOffset(date - Date.now());
      const answer = await response.json();
      streams = answer.streams;
      if (chosen && !streams.some(s => s.name === chosen)) await add(chosen);
      $('more').hidden = answer.next === null;
      show();
      if (chosen && polls++ % SESSIONS_EVERY === 0) await past();
    } catch (error) {
      $('summary').textContent = 'This edge does not answer (' + error.message + ').';
    } finally {
      setTimeout(poll, POLL_MS);
    }
  }

  // The Date header has whole seconds: the largest difference seen is the closest to the truth.
  function smoothOffset(sampleMs) {
    return clockOffsetMs === 0 || Math.abs(sampleMs - clockOffsetMs) > 5000 ? sampleMs : Math.max(clockOffsetMs, sampleMs);
  }

  function api(name) {
    return '/api/v1/streams/' + name.split('/').map(encodeURIComponent).join('/');
  }

  async function add(name) {
    const response = await fetch(api(name), { cache: 'no-store' });
    if (response.ok) streams.push(await response.json());
  }

  async function past() {
    const name = chosen;
    const response = await fetch(api(name) + '/sessions?limit=' + SESSIONS_LIMIT, { cache: 'no-store' });
    const sessions = response.ok ? (await response.json()).sessions : [];
    if (name === chosen) timeline.show(sessions, Date.now() + clockOffsetMs);
  }

  function show() {
    const live = streams.filter(s => s.state !== 'ended');
    if (!chosen && live.length) choose(live[0].name);
    $('summary').textContent = streams.length === 0 ? 'Nobody is streaming yet.'
      : live.length + ' live, ' + (streams.length - live.length) + ' ended';
    $('push-title').textContent = streams.length === 0 ? 'Push your first stream' : 'Push another stream';
    document.querySelector('main').classList.toggle('empty', streams.length === 0);
    const order = { live: 0, grace: 1, ended: 2 };
    const sorted = [...streams].sort((a, b) => order[a.state] - order[b.state] || a.name.localeCompare(b.name));
    fill($('streams'), sorted.map(card));
    const stream = streams.find(s => s.name === chosen);
    $('stage').hidden = !stream;
    if (stream) stage(stream);
    else stop();
  }

  function card(stream) {
    const button = element('button', 'card', element('span', 'dot ' + stream.state), element('b', '', stream.name),
      element('small', '', facts(stream).picture + ' · ' + watching(stream)));
    button.type = 'button';
    button.setAttribute('aria-current', stream.name === chosen);
    button.addEventListener('click', () => { choose(stream.name); show(); past(); });
    return element('li', '', button);
  }

  function choose(name) {
    if (chosen && name !== chosen) startMs = null;
    chosen = name;
    timeline.mark(null);
    remember();
  }

  function playFrom(momentMs) {
    startMs = momentMs;
    remember();
    show();
  }

  function playLive() {
    startMs = null;
    remember();
    show();
  }

  function remember() {
    history.replaceState(null, '', '/?stream=' + encodeURIComponent(chosen).replaceAll('%2F', '/') + '&player=' + kind
      + (startMs === null ? '' : '&start=' + new Date(startMs).toISOString()));
  }

  // ---------------------------------------------------------------- the stage

  function stage(stream) {
    $('name').textContent = stream.name;
    $('state').textContent = stream.state;
    $('state').className = 'state ' + stream.state;
    for (const button of document.querySelectorAll('[data-player]')) {
      button.setAttribute('aria-pressed', button.dataset.player === kind);
      button.disabled = button.dataset.player !== 'hls' && (stream.state === 'ended' || startMs !== null);
    }
    $('live').hidden = startMs === null || stream.state === 'ended';
    timeline.mark(onScreen());
    const known = facts(stream);
    fill($('facts'), [['Picture', known.picture], ['Codecs', known.codecs], ['Bitrate', known.bitrate],
      ['Viewers', watching(stream)], ['Latency', latency()], ['Started', new Date(stream.startedAt).toLocaleString()],
      ['Encoder', (stream.publisher && stream.publisher.client.replace(/ .*/, '')) || 'unknown']]
      .map(([name, value]) => element('div', '', element('dt', '', name), element('dd', '', value))));
    fill($('warnings'), stream.warnings.map(w => element('li', '', '⚠ ' + w.message)));
    if ($('urls').dataset.stream !== stream.name) {
      $('urls').dataset.stream = stream.name;
      const url = location.origin + '/' + stream.name;
      fill($('urls'), [['HLS', url + '.m3u8'], ['HTTP-FLV', url + '.flv'],
        ['WebSocket-FLV', url.replace('http', 'ws') + '.flv'], ['VLC', 'vlc ' + url + '.m3u8'],
        ['ffplay', 'ffplay -fflags nobuffer ' + url + '.flv'],
        ['This page', location.origin + '/?stream=' + stream.name + '&player=hls']].map(copy));
    }
    const player = stream.state === 'ended' || startMs !== null ? 'hls' : kind;
    if (!playing || playing.stream !== stream.name || playing.kind !== player || playing.startMs !== startMs
      || (playing.epoch !== stream.epoch && startMs === null)) {
      play(stream, player);
    }
  }

  function facts(stream) {
    const picture = stream.tracks.find(t => t.kind === 'video');
    const rate = picture && picture.frameRate ? ' · ' + Math.round(picture.frameRate * 100) / 100 + ' fps' : '';
    return {
      picture: picture ? (picture.width ? picture.width + '×' + picture.height + rate : 'video')
        : stream.tracks.length ? 'audio only' : 'starting…',
      codecs: stream.tracks.map(t => t.codec).join(', ') || '–',
      bitrate: stream.bitrate ? (stream.bitrate / 1e6).toFixed(2) + ' Mbit/s' : '–',
    };
  }

  function watching(stream) {
    const count = Object.values(stream.viewers).reduce((a, b) => a + b, 0);
    return count + (count === 1 ? ' viewer' : ' viewers');
  }

  function latency() {
    if (!playing || video.paused || video.readyState < 2) return '–';
    const date = onScreen();
    if (date !== null) return ((Date.now() + clockOffsetMs - date) / 1000).toFixed(1) + ' s';
    const end = video.buffered.length ? video.buffered.end(video.buffered.length - 1) : video.currentTime;
    return (end - video.currentTime).toFixed(1) + ' s buffered';
  }

  // PROGRAM-DATE-TIME of the picture on the screen, ms since 1970, or null where the player does not know it.
  function onScreen() {
    const date = playing && playing.hls && playing.hls.playingDate;
    return date ? date.getTime() : null;
  }

  // ---------------------------------------------------------------- the players

  function play(stream, player) {
    stop();
    const url = location.origin + '/' + stream.name;
    playing = { stream: stream.name, epoch: stream.epoch, kind: player, startMs, stop: () => {} };
    notice('Connecting…');
    if (player === 'flv') playFlv(url + '.flv');
    else if (player === 'ws') playFlv(url.replace('http', 'ws') + '.flv');
    else playHls(url + '.m3u8' + (startMs === null ? '' : '?start=' + new Date(startMs).toISOString()));
    video.play().catch(() => notice('Press play to start.'));
  }

  function playHls(url) {
    if (!window.Hls || !Hls.isSupported()) {
      // Safari on iOS plays HLS by itself.
      video.src = url;
      playing.stop = () => { video.removeAttribute('src'); video.load(); };
      return;
    }
    // A player begins a live playlist near its end; whoever asks for a moment means the playlist's beginning.
    const hls = new Hls({ lowLatencyMode: false, backBufferLength: 30, startPosition: startMs === null ? -1 : 0 });
    playing.hls = hls;
    playing.stop = () => hls.destroy();
    hls.on(Hls.Events.ERROR, (_, failure) => {
      if (!failure.fatal) return;
      if (failure.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else again('Waiting for the stream…');
    });
    hls.loadSource(url);
    hls.attachMedia(video);
  }

  function playFlv(url) {
    if (!window.mpegts || !mpegts.isSupported()) {
      notice('This browser has no Media Source Extensions; use HLS.');
      return;
    }
    const player = mpegts.createPlayer({ type: 'flv', isLive: true, url },
      { lazyLoad: false, liveBufferLatencyChasing: true, liveBufferLatencyMaxLatency: 2.5, liveBufferLatencyMinRemain: 0.6 });
    playing.stop = () => player.destroy();
    player.on(mpegts.Events.ERROR, () => again('Waiting for the stream…'));
    player.on(mpegts.Events.LOADING_COMPLETE, () => again('The stream paused; reconnecting…'));
    player.attachMediaElement(video);
    player.load();
  }

  function again(message) {
    notice(message);
    const failed = playing;
    clearTimeout(retry);
    retry = setTimeout(() => {
      // The next look at the list starts it anew, if it is still wanted.
      if (playing === failed) stop();
    }, RETRY_MS);
  }

  function stop() {
    clearTimeout(retry);
    if (playing) {
      const old = playing;
      playing = null;
      old.stop();
    }
  }

  function notice(text) {
    $('notice').textContent = text;
    $('notice').hidden = text === '';
  }

  video.addEventListener('playing', () => notice(''));
  video.addEventListener('waiting', () => notice('Buffering…'));
  video.addEventListener('ended', () => notice('The stream has ended.'));

  // ---------------------------------------------------------------- small things

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  // Rewrites a list only where its text changed, so that focus and selections stay.
  function fill(parent, children) {
    const same = parent.children.length === children.length
      && children.every((child, i) => child.isEqualNode(parent.children[i]));
    if (!same) parent.replaceChildren(...children);
  }

  function copy([name, text]) {
    const button = element('button', '', 'Copy');
    button.type = 'button';
    button.addEventListener('click', async () => {
      await writeClipboard(text);
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1200);
    });
    return element('li', '', element('span', 'soft', name), element('code', '', text), button);
  }

  async function writeClipboard(text) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    // Without https the clipboard API is missing.
    const area = element('textarea', '', text);
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }

  for (const button of document.querySelectorAll('[data-player]')) {
    button.addEventListener('click', () => {
      kind = button.dataset.player;
      remember();
      show();
    });
  }
  $('live').addEventListener('click', playLive);
  video.addEventListener('timeupdate', () => timeline.mark(onScreen()));
  $('more').addEventListener('click', () => { limit = Math.min(1000, limit + PAGE_SIZE); });
  const rtmp = 'rtmp://' + location.hostname + (RTMP_PORT === 1935 ? '' : ':' + RTMP_PORT) + '/live';
  fill($('obs'), [['Server', rtmp], ['Stream key', 'show']].map(copy));
  fill($('ffmpeg'), [['A test picture', 'ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=f=440'
    + ' -c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p -g 60 -c:a aac -f flv ' + rtmp + '/show'],
  ['A file', 'ffmpeg -re -i video.mp4 -c:v libx264 -g 60 -c:a aac -f flv ' + rtmp + '/show']].map(copy));
  poll();
})();
