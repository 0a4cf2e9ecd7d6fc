package io.millrace.media.isobmff;

/**
 * The place of a track among the tracks of a file (ISO/IEC 14496-12, 8.3). Immutable.
 *
 * @param alternateGroup tracks with the same number above 0 are alternatives, of which a player chooses one; 0 for none
 * @param enabled whether a player that does not choose plays the track
 */
public record TrackRole(int alternateGroup, boolean enabled) {
    /** A track without alternatives. */
    public static final TrackRole ONLY = new TrackRole(0, true);
}
