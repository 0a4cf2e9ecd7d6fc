package io.millrace.media.rtmp;

import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static io.millrace.media.amf.AmfValue.field;

/**
 * The replies that clients rely on (RTMP 1.0, 7.2).
 *
 * <p>Every reply contains all four parts: GStreamer fails without a transaction ID, FFmpeg requires AMF null as the
 * third part of the reply to createStream, and GStreamer requires the fourth.
 */
final class Replies {
    private Replies() {}

    /** Video codecs that the server forwards. There is no wildcard because other codecs are dropped. */
    private static final List<String> VIDEO = List.of("avc1", "hvc1", "av01", "vp09");
    private static final List<String> AUDIO = List.of("mp4a", "Opus", "fLaC", ".mp3", "ac-3", "ec-3");
    private static final int CAN_FORWARD = 4;

    /**
     * Returns the reply that accepts a connect request.
     *
     * @param enhanced whether the peer announced capabilities of Enhanced RTMP and therefore reads the server's
     */
    static Command connected(double transaction, boolean enhanced) {
        List<AmfValue.Field> server = new ArrayList<>(
                List.of(field("fmsVer", "FMS/3,5,7,7009"), field("capabilities", 31)));
        List<AmfValue.Field> status = new ArrayList<>(List.of(field("level", "status"),
                field("code", "NetConnection.Connect.Success"), field("description", "Connection succeeded."),
                field("objectEncoding", 0)));
        if (enhanced) {
            // The standard does not say which of the two objects the client reads them from.
            server.addAll(abilities());
            status.addAll(abilities());
        }
        return new Command(0, "_result", transaction, object(server), List.of(object(status)));
    }

    private static List<AmfValue.Field> abilities() {
        List<AmfValue> fourCcs = Stream.concat(VIDEO.stream(), AUDIO.stream()).<AmfValue>map(AmfValue.Text::new)
                .toList();
        return List.of(field("fourCcList", new AmfValue.StrictArray(fourCcs)),
                field("videoFourCcInfoMap", forwarded(VIDEO)), field("audioFourCcInfoMap", forwarded(AUDIO)),
                field("capsEx", ConnectRequest.RECONNECT | ConnectRequest.MULTITRACK | ConnectRequest.MOD_EX));
    }

    private static AmfValue forwarded(List<String> fourCcs) {
        return object(fourCcs.stream().map(fourCc -> field(fourCc, CAN_FORWARD)).toList());
    }

    private static AmfValue object(List<AmfValue.Field> fields) {
        return AmfValue.Obj.of(fields.toArray(AmfValue.Field[]::new));
    }

    static Command connectRejected(double transaction, String code, String description) {
        return new Command(0, "_error", transaction, AmfValue.NULL, List.of(error(code, description)));
    }

    /**
     * Sent on the message stream of the connection. Without a tcUrl the client reconnects to the same address (Enhanced
     * RTMP, "Reconnect Request").
     */
    static Command reconnectRequest(String description) {
        return onStatus(0, AmfValue.Obj.of(field("level", "status"),
                field("code", "NetConnection.Connect.ReconnectRequest"), field("description", description)));
    }

    static Command result(double transaction, AmfValue value) {
        return new Command(0, "_result", transaction, AmfValue.NULL, List.of(value));
    }

    /** Sent on the message stream of the publish because GStreamer expects it there. */
    static Command publishStarted(int streamId, String name) {
        return onStatus(streamId, AmfValue.Obj.of(field("level", "status"), field("code", "NetStream.Publish.Start"),
                field("description", "Publishing."), field("details", name), field("clientid", "1")));
    }

    static Command unpublished(int streamId) {
        return status(streamId, "NetStream.Unpublish.Success", "Unpublished.");
    }

    static Command playStarted(int streamId, String name) {
        return onStatus(streamId, AmfValue.Obj.of(field("level", "status"), field("code", "NetStream.Play.Start"),
                field("description", "Playing."), field("details", name), field("clientid", "1")));
    }

    /** Tells Flash that it may read neither audio samples nor video frames; Flash waits for this message. */
    static RtmpMessage.Media sampleAccess(int streamId) {
        ByteWriter out = new ByteWriter();
        new Amf0Writer(out).values(List.of(new AmfValue.Text("|RtmpSampleAccess"), new AmfValue.Bool(false),
                new AmfValue.Bool(false)));
        return new RtmpMessage.Media(MediaKind.DATA, streamId, 0, out.view());
    }

    static Command subscribed() {
        return new Command(0, "onFCSubscribe", 0, AmfValue.NULL, List.of(AmfValue.Obj.of(field("level", "status"),
                field("code", "NetStream.Play.Start"), field("description", "Subscribed."))));
    }

    static Command status(int streamId, String code, String description) {
        return onStatus(streamId, AmfValue.Obj.of(field("level", "status"), field("code", code),
                field("description", description)));
    }

    static Command failed(int streamId, String code, String description) {
        return onStatus(streamId, error(code, description));
    }

    private static Command onStatus(int streamId, AmfValue status) {
        return new Command(streamId, "onStatus", 0, AmfValue.NULL, List.of(status));
    }

    private static AmfValue error(String code, String description) {
        return AmfValue.Obj.of(field("level", "error"), field("code", code), field("description", description));
    }
}
