package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.NalUnits;

/**
 * The differences between NAL units of H.264 and HEVC (ITU-T H.264, 7.3.1; ITU-T H.265, 7.3.1.2) for byte streams.
 */
enum NalSyntax {
    AVC(new PmtTrack(TsProgram.STREAM_TYPE_AVC, PesHeader.VIDEO_STREAM_ID, PmtTrack.NONE),
            NalUnits.ACCESS_UNIT_DELIMITER, NalUnits.FILLER) {
        @Override
        int type(byte header) {
            return header & 0x1F;
        }

        @Override
        boolean isPicture(int type) {
            return type >= NalUnits.SLICE && type <= NalUnits.IDR;
        }

        @Override
        boolean isEntry(int type) {
            return type == NalUnits.IDR;
        }

        @Override
        int temporalIdPlus1(NalUnits units) {
            return 1;
        }

        @Override
        void header(ByteWriter out, int type, int temporalIdPlus1) {
            out.uint8(type);
        }

        /** primary_pic_type 7: any slice. */
        @Override
        void delimiter(ByteWriter out, int temporalIdPlus1) {
            header(out, delimiterType(), temporalIdPlus1);
            out.uint8(0xF0);
        }
    },
    HEVC(new PmtTrack(TsProgram.STREAM_TYPE_HEVC, PesHeader.VIDEO_STREAM_ID, "HEVC"), HevcNal.ACCESS_UNIT_DELIMITER,
            HevcNal.FILLER) {
        @Override
        int type(byte header) {
            return HevcNal.type(header);
        }

        @Override
        boolean isPicture(int type) {
            return HevcNal.isPicture(type);
        }

        @Override
        boolean isEntry(int type) {
            return HevcNal.isIrap(type);
        }

        @Override
        int temporalIdPlus1(NalUnits units) {
            return units.sizeBytes() < HevcNal.HEADER_BYTES ? 1 : Math.max(1, units.unit().get(1) & 7);
        }

        @Override
        void header(ByteWriter out, int type, int temporalIdPlus1) {
            out.uint8(type << 1).uint8(temporalIdPlus1);
        }

        /** pic_type 2: any slice. */
        @Override
        void delimiter(ByteWriter out, int temporalIdPlus1) {
            header(out, delimiterType(), temporalIdPlus1);
            out.uint8(0x50);
        }
    };

    private final PmtTrack track;
    private final int delimiterType;
    private final int fillerType;

    NalSyntax(PmtTrack track, int delimiterType, int fillerType) {
        this.track = track;
        this.delimiterType = delimiterType;
        this.fillerType = fillerType;
    }

    PmtTrack track() {
        return track;
    }

    int delimiterType() {
        return delimiterType;
    }

    int fillerType() {
        return fillerType;
    }

    /** Returns nal_unit_type from the first byte of a NAL unit. */
    abstract int type(byte header);

    /** Returns whether a NAL unit contains a slice. */
    abstract boolean isPicture(int type);

    /** Returns whether a decoder can start at a picture with such a slice: IDR of H.264, IRAP of HEVC. */
    abstract boolean isEntry(int type);

    /**
     * Returns nuh_temporal_id_plus1 of the current unit, which delimiter and filler of its access unit must repeat
     * (ITU-T H.265, 7.4.2.2); 1 for H.264, which has none.
     */
    abstract int temporalIdPlus1(NalUnits units);

    /** Writes the header of a NAL unit that is not needed for reference. */
    abstract void header(ByteWriter out, int type, int temporalIdPlus1);

    /** Writes an access unit delimiter that allows any kind of slice. */
    abstract void delimiter(ByteWriter out, int temporalIdPlus1);
}
