// Multivariant playlists of which the browser decodes a part. Pure: text to text.

/**
 * Leaves out what the browser does not decode: hls.js drops a variant if one of its codecs is not supported, even where audio
 * has a playlist of its own. Without a decodable variant, the picture alone is left, or else the sound alone.
 *
 * @param {string} text of a multivariant playlist
 * @param {(codec: string) => boolean} decodes
 * @param {(codec: string) => string} kindOf "video" or "audio"
 * @returns {string} the same text if there is nothing to leave out, or nothing would be left
 */
export function decodable(text, decodes, kindOf) {
  const lines = text.split('\n');
  const variants = lines.flatMap((line, i) => line.startsWith('#EXT-X-STREAM-INF:')
    ? [{ line, uri: lines[i + 1], codecs: value(line, 'CODECS').split(','), group: value(line, 'AUDIO') }] : []);
  const demuxed = variants.filter(variant => variant.group !== '');
  if (variants.some(({ codecs }) => codecs.every(decodes))) return text;
  const left = pictures(demuxed, decodes, kindOf);
  const rest = left.length > 0 ? left : sounds(lines, demuxed, decodes, kindOf);
  return rest.length === 0 ? text : ['#EXTM3U', '#EXT-X-INDEPENDENT-SEGMENTS', ...rest, ''].join('\n');
}

function pictures(variants, decodes, kindOf) {
  return [...new Map(variants.map(variant => [variant.uri, variant])).values()].flatMap(({ line, uri, codecs }) => {
    const kept = codecs.filter(codec => kindOf(codec) === 'video');
    return kept.length > 0 && kept.every(decodes)
      ? [line.replace(/,AUDIO="[^"]*"/, '').replace(/CODECS="[^"]*"/, 'CODECS="' + kept + '"'), uri] : [];
  });
}

function sounds(lines, variants, decodes, kindOf) {
  return [...new Map(variants.map(variant => [variant.group, variant])).values()].flatMap(({ codecs, group }) => {
    const kept = codecs.filter(codec => kindOf(codec) === 'audio');
    const media = lines.filter(line => line.startsWith('#EXT-X-MEDIA:') && value(line, 'GROUP-ID') === group);
    return kept.length > 0 && kept.every(decodes) && media.length > 0
      ? [...media, '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="' + kept + '",AUDIO="' + group + '"', value(media[0], 'URI')] : [];
  });
}

function value(line, attribute) {
  return new RegExp('[:,]' + attribute + '="([^"]*)"').exec(line)?.[1] ?? '';
}
