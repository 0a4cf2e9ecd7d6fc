package io.millrace.media.codec;

/** Colour description with the code points of ISO/IEC 23091-2; 2 means unspecified. Immutable. */
public record Color(int primaries, int transfer, int matrix, boolean fullRange) {
    public static final Color UNSPECIFIED = new Color(2, 2, 2, false);
    private static final Color BT_709 = new Color(1, 1, 1, false);

    /** Returns whether the stream says anything about its colours. */
    public boolean isSpecified() {
        return !equals(UNSPECIFIED);
    }

    /**
     * Returns whether a codec string without colours means the same: BT.709, limited range. Unspecified colours count
     * as such.
     */
    boolean isDefault() {
        return equals(UNSPECIFIED) || equals(BT_709);
    }
}
