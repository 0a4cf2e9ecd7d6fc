package io.millrace.launcher.settings;

import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.rtmp.RtmpLimits;
import io.millrace.platform.rtmp.ConnectionLimits;
import java.time.Duration;
import java.util.Map;

/**
 * {@link ConnectionLimits} as people write them: {@code idle=30s,per-address=50}. What is not named keeps its default.
 */
final class RtmpLimitList {
    static final String DEFAULT = LimitList.DEFAULT;

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

    private final LimitList values;

    private RtmpLimitList(LimitList values) {
        this.values = values;
    }

    /** @throws IllegalArgumentException saying what would be right */
    static RtmpLimitSettings parse(String text) {
        return new RtmpLimitList(LimitList.parse(text, EACH, "RTMP connections")).limits();
    }

    /** Every limit and what it is by default. */
    static Map<String, String> defaults() {
        return LimitList.pairs(EACH);
    }

    private RtmpLimitSettings limits() {
        return new RtmpLimitSettings(connections(), media(), names());
    }

    private ConnectionLimits connections() {
        return new ConnectionLimits(time("handshake"), time("connect"), time("publish"), time("idle"),
                time("blocked"), count("per-address"), count("unauthenticated"), rtmp());
    }

    private RtmpLimits rtmp() {
        var messages = new RtmpLimits.MessageBytes(bytes("control-message"), bytes("command-message"),
                bytes("data-message"), bytes("audio-message"), bytes("video-message"));
        var commandAmf = new Amf0Reader.Limits(count("amf-depth"), count("amf-keys"), count("amf-items"),
                bytes("amf-key"), bytes("amf-string"));
        var names = new RtmpLimits.NameChars(count("app-name"), count("stream-name"), count("query"),
                count("tc-url"));
        return new RtmpLimits(messages, bytes("before-connect"), bytes("before-publish"), count("chunk-streams"),
                bytes("partial-messages"), count("message-streams"), count("commands-before-media"),
                count("messages-before-publish"), count("aggregate-messages"), commandAmf, names);
    }

    private MediaLimits media() {
        return new MediaLimits(bytes("sequence-header"), bytes("parameter-set"), count("sps"), count("pps"),
                count("nal-units"), count("mod-ex"), count("tracks"), count("malformed-per-minute"));
    }

    private NameLimits names() {
        return new NameLimits(count("new-names-per-address"), count("new-names"), count("names"));
    }

    private Duration time(String name) {
        return values.time(name);
    }

    private int count(String name) {
        return values.count(name);
    }

    /** Each has a bound of its own, see {@link RtmpLimits} and {@link MediaLimits}. */
    private int bytes(String name) {
        return values.bytes(name);
    }
}
