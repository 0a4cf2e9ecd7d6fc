package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.HevcConfig;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.codec.VideoConfig;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Converts H.264 or HEVC access units with length prefixes to the Annex B byte stream of transport streams: access unit
 * delimiter, parameter sets, other NAL units, each after a four-byte start code.
 *
 * <p>Immutable. An access unit delimiter in the input is replaced, and filler is dropped.
 */
final class AnnexB {
    private static final int START_CODE = 1;

    private final NalSyntax syntax;
    private final int nalLengthSize;
    private final List<Sets> configured;
    /** SEI that an encoder sends only in its configuration record. */
    private final List<ByteBuffer> sei;

    /** The parameter sets of one type in the configuration. */
    private record Sets(int type, List<ByteBuffer> units) {}

    private AnnexB(NalSyntax syntax, int nalLengthSize, List<Sets> configured, List<ByteBuffer> sei) {
        this.syntax = syntax;
        this.nalLengthSize = nalLengthSize;
        this.configured = configured;
        this.sei = sei;
    }

    /** @throws UnsupportedException if the codec has no NAL units */
    static AnnexB of(VideoConfig config) {
        return switch (config) {
            case AvcConfig avc -> new AnnexB(NalSyntax.AVC, avc.nalLengthSize(),
                    List.of(new Sets(NalUnits.SPS, avc.sps()), new Sets(NalUnits.PPS, avc.pps())), List.of());
            case HevcConfig hevc -> new AnnexB(NalSyntax.HEVC, hevc.nalLengthSize(),
                    List.of(sets(hevc, HevcNal.VPS), sets(hevc, HevcNal.SPS), sets(hevc, HevcNal.PPS)),
                    hevc.hdrUnits());
            case VideoConfig other ->
                throw new UnsupportedException("transport stream", "video", other.codec(), "H.264 or HEVC");
        };
    }

    private static Sets sets(HevcConfig config, int type) {
        return new Sets(type,
                config.parameterSets().stream().filter(set -> HevcNal.type(set.get(0)) == type).toList());
    }

    /**
     * The content of an access unit.
     *
     * @param entry whether a decoder can start here
     * @param temporalIdPlus1 see {@link NalSyntax#temporalIdPlus1}
     * @param ownSets a bit for each type of parameter set, by its place in the configuration
     */
    record Contents(boolean picture, boolean entry, int temporalIdPlus1, int ownSets) {}

    PmtTrack track() {
        return syntax.track();
    }

    /** Returns which types of NAL units an access unit contains. The position of {@code accessUnit} does not change. */
    Contents inspect(ByteBuffer accessUnit) {
        boolean picture = false;
        boolean entry = false;
        int temporalIdPlus1 = 1;
        int own = 0;
        NalUnits units = new NalUnits(accessUnit, nalLengthSize);
        while (units.next()) {
            int type = type(accessUnit, units);
            if (!picture && syntax.isPicture(type)) {
                picture = true;
                temporalIdPlus1 = syntax.temporalIdPlus1(units);
            }
            entry |= syntax.isEntry(type);
            int place = place(type);
            own |= place < 0 ? 0 : 1 << place;
        }
        return new Contents(picture, entry, temporalIdPlus1, own);
    }

    /**
     * Writes one access unit.
     *
     * @param parameterSets whether to write parameter sets before the picture: those of the access unit, or else those
     *     of the configuration
     */
    void write(ByteWriter out, ByteBuffer accessUnit, Contents contents, boolean parameterSets) {
        syntax.delimiter(out.uint32(START_CODE), contents.temporalIdPlus1());
        if (parameterSets) {
            for (int place = 0; place < configured.size(); place++) {
                sets(out, accessUnit, configured.get(place), (contents.ownSets() >>> place & 1) != 0);
            }
            sei.forEach(unit -> unit(out, unit));
        }
        NalUnits units = new NalUnits(accessUnit, nalLengthSize);
        while (units.next()) {
            int type = type(accessUnit, units);
            boolean written = parameterSets && place(type) >= 0;
            if (!written && type != syntax.delimiterType() && type != syntax.fillerType()) {
                unit(out, units.unit());
            }
        }
    }

    private void sets(ByteWriter out, ByteBuffer accessUnit, Sets sets, boolean own) {
        if (!own) {
            sets.units().forEach(set -> unit(out, set));
            return;
        }
        NalUnits units = new NalUnits(accessUnit, nalLengthSize);
        while (units.next()) {
            if (type(accessUnit, units) == sets.type()) {
                unit(out, units.unit());
            }
        }
    }

    private int type(ByteBuffer accessUnit, NalUnits units) {
        return syntax.type(accessUnit.get(units.offset()));
    }

    /** Returns the place of a type of parameter set in the configuration, or -1 for other types. */
    private int place(int type) {
        for (int place = 0; place < configured.size(); place++) {
            if (configured.get(place).type() == type) {
                return place;
            }
        }
        return -1;
    }

    /**
     * Writes a filler NAL unit that belongs to the preceding access unit; it is legal after a picture and decoders
     * discard it.
     *
     * @param bytes size of the NAL unit with its start code, at least 7
     * @param temporalIdPlus1 that of the preceding access unit
     */
    void writeFiller(ByteWriter out, int bytes, int temporalIdPlus1) {
        int start = out.size();
        syntax.header(out.uint32(START_CODE), syntax.fillerType(), temporalIdPlus1);
        out.fill(0xFF, bytes - (out.size() - start) - 1).uint8(0x80);
    }

    private static void unit(ByteWriter out, ByteBuffer unit) {
        out.uint32(START_CODE).bytes(unit);
    }
}
