package io.millrace.tools.push;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.time.TimestampUnwrapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The tags of an FLV file, in file order. A file that ends inside a tag is malformed, which is reported after all
 * complete tags.
 */
final class FlvFile implements MediaFile {
    /** Size limit of an RTMP message. */
    private static final int MAX_BODY_BYTES = 8 * 1024 * 1024;
    private static final int READ_BYTES = 64 * 1024;

    /** Opens the file at its beginning. */
    interface Opener {
        InputStream open() throws IOException;
    }

    private final Opener opener;
    private final byte[] buffer = new byte[READ_BYTES];
    private InputStream stream;
    private ByteBuffer unread;
    private FlvReader reader;
    private TimestampUnwrapper timestamps;

    FlvFile(Opener opener) throws IOException {
        this.opener = opener;
        open();
    }

    private void open() throws IOException {
        stream = opener.open();
        unread = ByteBuffer.allocate(0);
        reader = new FlvReader(MAX_BODY_BYTES);
        timestamps = new TimestampUnwrapper();
    }

    @Override
    public Optional<MediaMessage> next() throws IOException {
        while (true) {
            Optional<FlvTag> tag = reader.read(unread);
            if (tag.isPresent()) {
                if (isEnd(tag.get())) {
                    continue;
                }
                return tag.map(this::message);
            }
            int count = stream.read(buffer);
            if (count < 0) {
                return atEnd();
            }
            unread = ByteBuffer.wrap(buffer, 0, count);
        }
    }

    private Optional<MediaMessage> atEnd() {
        if (reader.header().isEmpty()) {
            throw new MalformedException("FLVHeader", "DataOffset", "is truncated");
        }
        if (!reader.isBetweenTags()) {
            throw new MalformedException("file", "last tag", "is truncated");
        }
        return Optional.empty();
    }

    /**
     * Whether the tag is an end of sequence. FFmpeg ends every file with one, which must not be sent between two rounds
     * of a loop.
     */
    private static boolean isEnd(FlvTag tag) {
        return tag.type() == FlvTag.Type.VIDEO && VideoTagBody.parse(tag.body()) instanceof VideoTagBody.End;
    }

    private MediaMessage message(FlvTag tag) {
        long timestampMs = timestamps.unwrapMs(tag.timestampMs());
        return switch (tag.type()) {
            case AUDIO -> new MediaMessage(MediaKind.AUDIO, timestampMs, isAudioConfig(tag.body()), tag.body());
            case VIDEO -> new MediaMessage(MediaKind.VIDEO, timestampMs, isVideoConfig(tag.body()), tag.body());
            case SCRIPT -> new MediaMessage(MediaKind.DATA, timestampMs, false, StreamMetadata.live(tag.body()));
            case SCRIPT_AMF3 ->
                new MediaMessage(MediaKind.DATA, timestampMs, false, StreamMetadata.live(behindFormat(tag)));
        };
    }

    /** The first byte allows AMF3 values, but the rest is AMF0. */
    private static ByteBuffer behindFormat(FlvTag tag) {
        ByteBuffer body = tag.body();
        return body.hasRemaining() ? body.slice(1, body.limit() - 1) : body;
    }

    /** Also throws for a codec that cannot be published, before the server rejects it. */
    private static boolean isAudioConfig(ByteBuffer body) {
        if (AudioTagBody.parse(body) instanceof AudioTagBody.Config(var codec, ByteBuffer record)) {
            if (!codec.isSelfDescribing()) {
                CodecConfig.parse(codec, record);
            }
            return true;
        }
        return false;
    }

    private static boolean isVideoConfig(ByteBuffer body) {
        if (VideoTagBody.parse(body) instanceof VideoTagBody.Config(var codec, ByteBuffer record)) {
            if (record.hasRemaining()) { // FFmpeg 8 begins AV1 with an empty one
                CodecConfig.parse(codec, record);
            }
            return true;
        }
        return false;
    }

    @Override
    public void rewind() throws IOException {
        stream.close();
        open();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
