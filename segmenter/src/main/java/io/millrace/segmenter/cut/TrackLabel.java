package io.millrace.segmenter.cut;

import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.TrackId;

/**
 * The language and the name of a track, from the encoder's metadata. Immutable.
 *
 * @param language BCP 47, null if unknown
 * @param name null if unknown
 */
record TrackLabel(String language, String name) {
    static final TrackLabel NONE = new TrackLabel(null, null);

    Generic write(TrackId track, Generic g) {
        return writeTrack(track, g).put("language", language).put("name", name);
    }

    static TrackLabel read(Generic g) {
        return new TrackLabel(g.text("language"), g.text("name"));
    }

    /** Writes the kind and the number of a track as fields of its state. */
    static Generic writeTrack(TrackId track, Generic g) {
        return g.put("audio", track.kind() == Packet.Kind.AUDIO).put("id", track.id());
    }

    static TrackId readTrack(Generic g, String idField) {
        return new TrackId(g.bool("audio") ? Packet.Kind.AUDIO : Packet.Kind.VIDEO, g.int32(idField));
    }
}
