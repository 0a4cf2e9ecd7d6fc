package io.millrace.launcher.settings;

import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.rtmp.RtmpLimits;
import io.millrace.platform.rtmp.ConnectionLimits;
import java.util.Map;

/**
 * The limits of {@code --rtmp-limits}, such as {@code idle=30s,per-address=50}. The constructors of the components
 * check the ranges. Immutable.
 *
 * @param connections limits of all RTMP connections
 * @param media limits of a publisher's media
 * @param names limits for new stream names
 */
public record RtmpLimitSettings(ConnectionLimits connections, MediaLimits media, NameLimits names) {
    private static final String EACH = """
            handshake=5s,connect=5s,publish=10s,idle=15s,blocked=10s,per-address=250,unauthenticated=1000,\
            before-connect=64KiB,before-publish=256KiB,commands-before-media=200,\
            messages-before-publish=1024,aggregate-messages=1024,\
            control-message=64B,command-message=64KiB,data-message=256KiB,audio-message=256KiB,video-message=8MiB,\
            chunk-streams=32,partial-messages=16MiB,message-streams=4,\
            amf-depth=16,amf-keys=512,amf-items=1024,amf-key=256B,amf-string=16KiB,\
            app-name=256,stream-name=512,query=2048,tc-url=2560,\
            sequence-header=64KiB,parameter-set=4KiB,sps=31,pps=255,nal-units=2048,mod-ex=8,tracks=16,\
            malformed-per-minute=10,\
            new-names-per-address=250,new-names=1000,names=20000""";

    /**
     * Parses limits. A limit that is not named keeps its default.
     *
     * @throws IllegalArgumentException if a name is unknown or a value is not valid; the message is for the user
     */
    static RtmpLimitSettings parse(String text) {
        LimitList list = LimitList.parse(text, EACH, "RTMP connections");
        return new RtmpLimitSettings(connections(list), media(list), names(list));
    }

    /** Returns the default of each limit by name. */
    static Map<String, String> defaults() {
        return LimitList.pairs(EACH);
    }

    private static ConnectionLimits connections(LimitList list) {
        return new ConnectionLimits(list.time("handshake"), list.time("connect"), list.time("publish"),
                list.time("idle"), list.time("blocked"), list.count("per-address"), list.count("unauthenticated"),
                rtmp(list));
    }

    private static RtmpLimits rtmp(LimitList list) {
        var messages = new RtmpLimits.MessageBytes(list.bytes("control-message"), list.bytes("command-message"),
                list.bytes("data-message"), list.bytes("audio-message"), list.bytes("video-message"));
        var commandAmf = new Amf0Reader.Limits(list.count("amf-depth"), list.count("amf-keys"),
                list.count("amf-items"), list.bytes("amf-key"), list.bytes("amf-string"));
        var names = new RtmpLimits.NameChars(list.count("app-name"), list.count("stream-name"), list.count("query"),
                list.count("tc-url"));
        var beforeMedia = new RtmpLimits.BeforeMedia(list.bytes("before-connect"), list.bytes("before-publish"),
                list.count("commands-before-media"), list.count("messages-before-publish"));
        return new RtmpLimits(messages, beforeMedia, list.count("chunk-streams"), list.bytes("partial-messages"),
                list.count("message-streams"), list.count("aggregate-messages"), commandAmf, names);
    }

    private static MediaLimits media(LimitList list) {
        return new MediaLimits(list.bytes("sequence-header"), list.bytes("parameter-set"), list.count("sps"),
                list.count("pps"), list.count("nal-units"), list.count("mod-ex"), list.count("tracks"),
                list.count("malformed-per-minute"));
    }

    private static NameLimits names(LimitList list) {
        return new NameLimits(list.count("new-names-per-address"), list.count("new-names"), list.count("names"));
    }
}
