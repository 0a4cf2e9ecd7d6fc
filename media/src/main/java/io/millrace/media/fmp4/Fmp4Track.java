package io.millrace.media.fmp4;

import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.isobmff.TrackRole;

/**
 * One track of an init section. Immutable.
 *
 * @param id track_ID, from 1
 * @param timescale ticks per second of all times of the track
 * @param entry description of all its samples; another one needs another init section
 * @param role its place among the tracks of the file
 */
public record Fmp4Track(int id, int timescale, SampleEntry entry, TrackRole role) {
    /** Creates a track without alternatives. */
    public Fmp4Track(int id, int timescale, SampleEntry entry) {
        this(id, timescale, entry, TrackRole.ONLY);
    }
}
