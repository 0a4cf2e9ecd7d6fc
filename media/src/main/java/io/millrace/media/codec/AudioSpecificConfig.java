package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;

/**
 * The fields of an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1), from which {@link AacConfig} is built.
 *
 * <p>Immutable.
 *
 * @param objectType the type that is signalled first: 5 or 29 if SBR is signalled explicitly, otherwise that of the core
 * @param sampleRate the rate of the output, after SBR; equal to {@code coreSampleRate} without SBR
 * @param samplesPerFrame samples of a frame at the core's rate
 */
record AudioSpecificConfig(int objectType, int coreObjectType, int coreSampleRate, int sampleRate,
        int channelConfiguration, int samplesPerFrame) {

    static final String STRUCTURE = "AudioSpecificConfig";
    /** The highest rate that ISO/IEC 14496-3 lists for AAC; the 24-bit escape could express 16 MHz. */
    static final int MAX_SAMPLE_RATE = 96_000;

    private static final int SBR = 5;
    private static final int PS = 29;
    private static final int ESCAPE_TYPE = 31;
    private static final int ESCAPE_RATE = 15;
    private static final int SBR_SYNC = 0x2B7;
    private static final int[] RATES = {96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000,
        11_025, 8_000, 7_350};
    /** Channels by channelConfiguration; -1 for reserved values. */
    private static final int[] CHANNELS = {0, 1, 2, 3, 4, 5, 6, 8, -1, -1, -1, 7, 8, 24, 8, -1};

    static AudioSpecificConfig parse(ByteBuffer record) {
        byte[] bytes = new byte[record.remaining()];
        record.get(record.position(), bytes);
        var in = new BitReader(STRUCTURE, bytes);
        int objectType = objectType(in);
        int coreRate = sampleRate(in, "samplingFrequencyIndex");
        int channelConfiguration = in.bits(4, "channelConfiguration");
        if (CHANNELS[channelConfiguration] < 0) {
            throw MalformedException.value(STRUCTURE, "channelConfiguration", channelConfiguration, "0 to 7, 11 to 14");
        }
        boolean explicit = objectType == SBR || objectType == PS;
        int rate = explicit ? sampleRate(in, "extensionSamplingFrequencyIndex") : coreRate;
        int coreType = explicit ? objectType(in) : objectType;
        if (coreType < 1 || coreType > 4) {
            throw new UnsupportedException(STRUCTURE, "audioObjectType", coreType, explicit
                    ? "1 to 4 (AAC) after 5 or 29 (HE-AAC)"
                    : "1 to 4 (AAC), 5 and 29 (HE-AAC)");
        }
        int samples = generalAudio(in, channelConfiguration);
        if (!explicit) {
            rate = backwardCompatibleRate(in, rate);
        }
        return new AudioSpecificConfig(objectType, coreType, coreRate, rate, channelConfiguration, samples);
    }

    /**
     * Returns the channels by channelConfiguration, without the second one that PS adds; 0 if a program_config_element
     * defines them.
     */
    int channels() {
        return CHANNELS[channelConfiguration];
    }

    private static int objectType(BitReader in) {
        int type = in.bits(5, "audioObjectType");
        return type == ESCAPE_TYPE ? 32 + in.bits(6, "audioObjectTypeExt") : type;
    }

    private static int sampleRate(BitReader in, String field) {
        int index = in.bits(4, field);
        if (index < RATES.length) {
            return RATES[index];
        }
        if (index != ESCAPE_RATE) {
            throw MalformedException.value(STRUCTURE, field, index, "0 to 12, 15");
        }
        int rate = in.bits(24, "samplingFrequency");
        if (rate == 0) {
            throw MalformedException.value(STRUCTURE, "samplingFrequency", rate, "1 to " + MAX_SAMPLE_RATE);
        }
        if (rate > MAX_SAMPLE_RATE) {
            throw new OverLimitException(STRUCTURE, "samplingFrequency", rate, MAX_SAMPLE_RATE);
        }
        return rate;
    }

    /** Reads GASpecificConfig (4.4.1) of object types 1 to 4; returns the samples per frame. */
    private static int generalAudio(BitReader in, int channelConfiguration) {
        int samples = in.flag("frameLengthFlag") ? 960 : 1024;
        if (in.flag("dependsOnCoreCoder")) {
            in.skip(14, "coreCoderDelay");
        }
        in.skip(1, "extensionFlag");
        if (channelConfiguration == 0) {
            skipProgramConfig(in);
        }
        return samples;
    }

    /** Skips program_config_element (4.4.1.1). */
    private static void skipProgramConfig(BitReader in) {
        in.skip(10, "element_instance_tag");
        int front = in.bits(4, "num_front_channel_elements");
        int side = in.bits(4, "num_side_channel_elements");
        int back = in.bits(4, "num_back_channel_elements");
        int lfe = in.bits(2, "num_lfe_channel_elements");
        int associated = in.bits(3, "num_assoc_data_elements");
        int coupling = in.bits(4, "num_valid_cc_elements");
        for (int mixdownBits : new int[]{4, 4, 3}) {
            if (in.flag("mixdown_present")) {
                in.skip(mixdownBits, "mixdown_element_number");
            }
        }
        in.skip(5 * (front + side + back + coupling) + 4 * (lfe + associated), "element_tag_select");
        in.alignToByte();
        in.skip(8 * in.bits(8, "comment_field_bytes"), "comment_field_data");
    }

    /**
     * Returns the rate of the output: that of the backward compatible SBR extension, if one follows its sync word,
     * otherwise the core's. Decoders without SBR ignore the extension.
     */
    private static int backwardCompatibleRate(BitReader in, int coreRate) {
        // Sync word, object type and presence flag take 17 bits; a shorter rest is padding by encoders.
        if (in.bitsLeft() < 17 || in.peek(11, "syncExtensionType") != SBR_SYNC) {
            return coreRate;
        }
        in.skip(11, "syncExtensionType");
        boolean present = objectType(in) == SBR && in.flag("sbrPresentFlag");
        return present ? sampleRate(in, "extensionSamplingFrequencyIndex") : coreRate;
    }
}
