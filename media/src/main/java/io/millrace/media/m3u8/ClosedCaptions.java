package io.millrace.media.m3u8;

/**
 * One EXT-X-MEDIA of TYPE=CLOSED-CAPTIONS (RFC 8216, 4.3.4.1): captions in the video of the {@link Variant}s that name
 * its group.
 *
 * <p>Immutable.
 *
 * @param group GROUP-ID, which variants name
 * @param name for users; unique in the group
 * @param language BCP 47; null if unknown
 * @param instreamId {@code CC1} to {@code CC4} for a channel of CEA-608, {@code SERVICE1} to {@code SERVICE63} for a
 *     service of CEA-708
 * @param isDefault whether players show it unless the viewer prefers another; at most one of a group
 */
public record ClosedCaptions(String group, String name, String language, String instreamId, boolean isDefault) {
    public ClosedCaptions {
        if (!instreamId.matches("CC[1-4]|SERVICE([1-9]|[1-5][0-9]|6[0-3])")) {
            throw new IllegalArgumentException("not an INSTREAM-ID: " + instreamId);
        }
    }
}
