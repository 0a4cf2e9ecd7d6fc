package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.util.List;

import static io.millrace.media.amf.AmfValue.field;

/**
 * The answers that clients rely on (RTMP 1.0, 7.2).
 *
 * <p>All four parts are always there: GStreamer fails without a transaction number, FFmpeg wants AMF null as the third
 * part of the answer to createStream, GStreamer wants the fourth.
 */
final class Replies {
    private Replies() {}

    /** @param enhanced whether the peer spoke of its own abilities and so reads ours */
    static Command connected(double transaction, boolean enhanced) {
        AmfValue server = enhanced
                ? AmfValue.Obj.of(field("fmsVer", "FMS/3,5,7,7009"), field("capabilities", 31),
                        field("capsEx", ConnectRequest.RECONNECT))
                : AmfValue.Obj.of(field("fmsVer", "FMS/3,5,7,7009"), field("capabilities", 31));
        AmfValue status = AmfValue.Obj.of(field("level", "status"), field("code", "NetConnection.Connect.Success"),
                field("description", "Connection succeeded."), field("objectEncoding", 0));
        return new Command(0, "_result", transaction, server, List.of(status));
    }

    static Command connectRejected(double transaction, String code, String description) {
        return new Command(0, "_error", transaction, AmfValue.NULL, List.of(error(code, description)));
    }

    /** On the stream of the connection, without a tcUrl: back to where it came from (Enhanced RTMP, "Reconnect Request"). */
    static Command reconnectRequest(String description) {
        return onStatus(0, AmfValue.Obj.of(field("level", "status"),
                field("code", "NetConnection.Connect.ReconnectRequest"), field("description", description)));
    }

    static Command result(double transaction, AmfValue value) {
        return new Command(0, "_result", transaction, AmfValue.NULL, List.of(value));
    }

    /** On the message stream of the publish, since GStreamer looks there. */
    static Command publishStarted(int streamId, String name) {
        return onStatus(streamId, AmfValue.Obj.of(field("level", "status"), field("code", "NetStream.Publish.Start"),
                field("description", "Publishing."), field("details", name), field("clientid", "1")));
    }

    static Command unpublished(int streamId) {
        return onStatus(streamId,
                AmfValue.Obj.of(field("level", "status"), field("code", "NetStream.Unpublish.Success"),
                        field("description", "Unpublished.")));
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
