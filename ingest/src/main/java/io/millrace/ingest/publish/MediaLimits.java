package io.millrace.ingest.publish;

import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1Config;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.HevcConfig;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.codec.Vp9Config;
import io.millrace.media.flv.TagTracks;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Limits of the media of one publisher. A message that exceeds a limit is dropped and counted; the publish continues
 * unless this happens more often than {@code malformedPerMinute}.
 *
 * <p>Immutable. {@link #DEFAULT} has the greatest values of all limits but the last: readers of the log rely on the
 * maxima of the formats, whichever node received a message.
 *
 * @param configBytes size of a message that configures a track, in bytes; the latest one of each track is retained,
 *        because a following session repeats it
 * @param parameterSetBytes size of one VPS, SPS or PPS, in bytes
 * @param sps number of SPS in one configuration
 * @param pps number of PPS in one configuration
 * @param frameUnits number of NAL units in one frame, or of OBUs for AV1
 * @param modifiers number of ModEx in one message
 * @param tracks number of audio tracks; also the number of video tracks
 * @param malformedPerMinute number of messages that may be dropped within a minute because they are malformed or
 *        exceed one of these limits; one more ends the publish
 */
public record MediaLimits(int configBytes, int parameterSetBytes, int sps, int pps, int frameUnits, int modifiers,
        int tracks, int malformedPerMinute) {

    /** Greatest {@code malformedPerMinute}. Bounds the memory for the times of malformed messages. */
    private static final int MALFORMED_MAX = 1_000;
    private static final String STRUCTURE = "configuration";

    public static final MediaLimits DEFAULT = new MediaLimits(CodecConfig.MAX_RECORD_BYTES,
            AvcConfig.MAX_PARAMETER_SET_BYTES, AvcConfig.MAX_SPS, AvcConfig.MAX_PPS, NalUnits.MAX_UNITS,
            TagTracks.MAX_MOD_EX, TagTracks.MAX_TRACKS, 10);

    /**
     * @throws IllegalArgumentException if a limit is out of range; the message names the limit and the bound that it
     *        violates
     */
    public MediaLimits {
        check("bytes of a sequence header", configBytes, CodecConfig.MAX_RECORD_BYTES);
        check("bytes of a parameter set", parameterSetBytes, AvcConfig.MAX_PARAMETER_SET_BYTES);
        check("SPS", sps, AvcConfig.MAX_SPS);
        check("PPS", pps, AvcConfig.MAX_PPS);
        check("NAL units of a frame", frameUnits, NalUnits.MAX_UNITS);
        check("ModEx of a message", modifiers, TagTracks.MAX_MOD_EX);
        check("tracks of a kind", tracks, TagTracks.MAX_TRACKS);
        check("malformed messages a minute", malformedPerMinute, MALFORMED_MAX);
    }

    /** @throws OverLimitException if the message that configures a track is too long */
    void checkConfigBytes(int messageBytes) {
        within("size", messageBytes, configBytes);
    }

    /** @throws OverLimitException if there are too many parameter sets, or one is too long */
    void check(CodecConfig config) {
        switch (config) {
            case AvcConfig avc -> {
                checkSets("SPS", avc.sps(), sps);
                checkSets("PPS", avc.pps(), pps);
            }
            case HevcConfig hevc -> {
                checkSets("VPS", setsOf(hevc, HevcNal.VPS), HevcConfig.MAX_UNITS);
                checkSets("SPS", setsOf(hevc, HevcNal.SPS), sps);
                checkSets("PPS", setsOf(hevc, HevcNal.PPS), pps);
            }
            case Av1Config _,Vp9Config _,AudioConfig _ -> {
                // These codecs have no parameter sets.
            }
        }
    }

    private void checkSets(String what, List<ByteBuffer> sets, int most) {
        within(what + ".count", sets.size(), most);
        sets.forEach(set -> within(what + ".size", set.remaining(), parameterSetBytes));
    }

    private static List<ByteBuffer> setsOf(HevcConfig config, int type) {
        return config.parameterSets().stream().filter(set -> HevcNal.type(set.get(0)) == type).toList();
    }

    private static void within(String field, int seen, int most) {
        if (seen > most) {
            throw new OverLimitException(STRUCTURE, field, seen, most);
        }
    }

    private static void check(String what, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(what + ": the limit cannot be " + value
                    + (value < 1 ? ", less than 1" : ", more than " + most));
        }
    }
}
