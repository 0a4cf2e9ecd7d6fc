package io.millrace.media.isobmff;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.Color;
import io.millrace.media.codec.PictureSize;
import io.millrace.media.codec.PixelAspect;
import io.millrace.media.codec.StaticHdr;
import io.millrace.media.codec.VideoConfig;
import java.nio.ByteBuffer;

/**
 * The description of samples that share a configuration (ISO/IEC 14496-12, 8.5.2 and 12.1).
 *
 * <p>Immutable.
 *
 * @param size of the picture; 0 x 0 for audio. Not derived from the configuration, because that of VP9 does not contain it
 * @param display how pictures are displayed; {@link Display#UNSPECIFIED} for audio
 */
public record SampleEntry(CodecConfig config, PictureSize size, Display display) {
    /**
     * How pictures are displayed, according to the stream or to the protocol that carried it.
     *
     * @param aspect shape of a pixel
     * @param color colours; unspecified ones are not written
     * @param hdr static HDR metadata; missing values are not written
     */
    public record Display(PixelAspect aspect, Color color, StaticHdr hdr) {
        public static final Display UNSPECIFIED = new Display(PixelAspect.SQUARE, Color.UNSPECIFIED, StaticHdr.NONE);
    }

    public static SampleEntry of(AudioConfig config) {
        return new SampleEntry(config, PictureSize.NONE, Display.UNSPECIFIED);
    }

    /**
     * @param keyFrame the first access unit with this configuration; not modified
     * @throws io.millrace.media.bytes.MediaException if its header is needed and cannot be parsed
     */
    public static SampleEntry of(VideoConfig config, ByteBuffer keyFrame) {
        return new SampleEntry(config, config.pictureSize(keyFrame),
                new Display(config.aspect(), config.color(), config.hdr()));
    }

    /** Returns the width of the picture when it is displayed with square pixels, in 16.16 fixed point. */
    long displayWidth() {
        return ((long) size.width() << 16) * display.aspect().width() / display.aspect().height();
    }
}
