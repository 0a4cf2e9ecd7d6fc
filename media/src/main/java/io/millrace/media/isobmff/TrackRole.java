package io.millrace.media.isobmff;

/**
 * The place of a track among the tracks of a file (ISO/IEC 14496-12, 8.3), and what distinguishes it for users. Immutable.
 *
 * @param alternateGroup tracks with the same number above 0 are alternatives, of which a player chooses one; 0 for none
 * @param enabled whether a player that does not choose plays the track
 * @param language well-formed BCP 47; empty if unknown
 * @param name for users; empty without one
 */
public record TrackRole(int alternateGroup, boolean enabled, String language, String name) {
    /** A track without alternatives, language and name. */
    public static final TrackRole ONLY = new TrackRole(0, true);

    public TrackRole {
        // The name ends at a zero.
        name = name.replace('\0', ' ');
    }

    /** Creates a role without language and name. */
    public TrackRole(int alternateGroup, boolean enabled) {
        this(alternateGroup, enabled, "", "");
    }
}
