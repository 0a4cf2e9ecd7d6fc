package io.millrace.tools.export;

import io.millrace.media.isobmff.TrackRole;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;

/** The roles of exported tracks: those of a kind are alternatives, of which the main one is enabled. Stateless. */
final class Roles {
    private static final int VIDEO_GROUP = 1;
    private static final int AUDIO_GROUP = 2;

    private Roles() {}

    static TrackRole of(ChosenTracks chosen, TrackId track) {
        boolean isOnly = chosen.further().stream().noneMatch(each -> each.kind() == track.kind());
        return isOnly
                ? TrackRole.ONLY
                : new TrackRole(track.kind() == Packet.Kind.VIDEO ? VIDEO_GROUP : AUDIO_GROUP,
                        chosen.main(track.kind()) == track.id());
    }
}
