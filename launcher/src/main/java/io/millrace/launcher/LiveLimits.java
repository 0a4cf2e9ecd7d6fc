package io.millrace.launcher;

import io.millrace.edge.http.HttpLimits;
import io.millrace.launcher.settings.RtmpLimitSettings;
import io.millrace.launcher.settings.ServeOptions;
import java.util.Set;

/**
 * The limits that change while a process serves. Immutable.
 *
 * @param maxBitsPerSecond bitrate limit of one publisher, 0 for no limit
 */
record LiveLimits(RtmpLimitSettings rtmp, HttpLimits http, long maxBitsPerSecond) {
    /** The settings that they are from. */
    static final Set<String> NAMES = Set.of("rtmp-limits", "http-limits", "max-bitrate");

    static LiveLimits of(ServeOptions options) {
        return new LiveLimits(options.publish().limits(), options.http().limits(),
                options.publish().maxBitsPerSecond());
    }
}
