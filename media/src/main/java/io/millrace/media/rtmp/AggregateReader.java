package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits an aggregate message (RTMP 1.0, 7.1.6) into the audio, video and data messages that it contains.
 *
 * <p>Layout of the body: FLV tags, each {@code type:8 | size:24 | timestamp:24 | timestamp high 8 bits:8 | streamId:24
 * | body | backPointer:32}. The first tag takes the timestamp of the aggregate message; later tags are relative to the
 * first.
 *
 * <p>Stateless; the returned bodies share the message's memory. Back pointers are not verified, the last one may be
 * missing, and tags of other types are skipped.
 */
final class AggregateReader {
    private static final String AGGREGATE = "aggregate";
    private static final int BACK_POINTER_BYTES = 4;

    private AggregateReader() {}

    /**
     * Returns the audio, video and data messages of an aggregate, in order, with their timestamps.
     *
     * @param most maximum number of tags
     * @throws io.millrace.media.bytes.MediaException if a tag extends past the end of the message, or there are too
     *     many tags
     */
    static List<RtmpMessage.Media> read(RawMessage raw, int most) {
        List<RtmpMessage.Media> messages = new ArrayList<>();
        ByteReader in = new ByteReader(AGGREGATE, raw.body());
        boolean first = true;
        int firstTimestamp = 0;
        for (int count = 1; in.hasRemaining(); count++) {
            if (count > most) {
                throw new OverLimitException(AGGREGATE, "messages", count, most);
            }
            MessageType type = MessageType.of(in.uint8("type"));
            int size = in.uint24("size");
            int timestamp = in.uint24("timestamp") | in.uint8("timestamp") << 24;
            in.skip(3, "streamId");
            ByteBuffer body = in.slice(size, "body");
            in.skip(Math.min(BACK_POINTER_BYTES, in.remaining()), "backPointer");
            firstTimestamp = first ? timestamp : firstTimestamp;
            first = false;
            int due = raw.timestamp() + timestamp - firstTimestamp;
            switch (type) {
                case AUDIO -> messages.add(new RtmpMessage.Media(MediaKind.AUDIO, raw.streamId(), due, body));
                case VIDEO -> messages.add(new RtmpMessage.Media(MediaKind.VIDEO, raw.streamId(), due, body));
                case DATA -> messages.add(new RtmpMessage.Media(MediaKind.DATA, raw.streamId(), due,
                        DataBody.withoutSetDataFrame(body)));
                case DATA_AMF3 -> messages.add(new RtmpMessage.Media(MediaKind.DATA, raw.streamId(), due,
                        DataBody.withoutSetDataFrame(RtmpMessage.withoutFormat(body))));
                case SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_ACK_SIZE, SET_PEER_BANDWIDTH,
                        COMMAND_AMF3, COMMAND, AGGREGATE, OTHER ->
                    {
                    }
            }
        }
        return messages;
    }
}
