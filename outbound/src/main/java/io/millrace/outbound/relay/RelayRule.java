package io.millrace.outbound.relay;

import io.millrace.media.StreamName;
import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.rtmp.ServerTrust;

/**
 * A configured relay: which streams go where. Immutable.
 *
 * @param name unique among the relays of the cluster; names the relay's positions
 * @param streams the streams
 * @param target where each of them is published
 * @param from where a relay continues after an interruption
 * @param trust the RTMPS certificates to accept
 */
public record RelayRule(String name, StreamPattern streams, TargetTemplate target, From from, ServerTrust trust) {
    /** Where a relay continues after an interruption. */
    public enum From {
        /** With the keyframe at which it stopped; sends faster than real time until it has caught up. */
        STOPPED,
        /** With the next live keyframe; also skips to it if the target is too slow. */
        LIVE
    }

    boolean matches(StreamName stream) {
        return streams.matches(stream);
    }
}
