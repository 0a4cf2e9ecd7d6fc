package io.millrace.launcher.settings;

import io.millrace.ingest.policy.PolicySettings;
import io.millrace.platform.net.ProxySources;
import java.nio.file.Path;

/**
 * How publishers come in, beside the port of RTMP. Immutable.
 *
 * @param rtmpsPort negative for none
 * @param publicRtmp where encoders are told to come
 * @param tlsCert null for none, and then there is no {@code tlsKey}
 * @param maxBitsPerSecond of one publisher, 0 for no limit
 */
public record PublishingSettings(int rtmpsPort, PublicRtmpUrls publicRtmp, Path tlsCert, Path tlsKey,
        ProxySources proxies,
        RtmpLimitSettings limits, long maxBitsPerSecond, PolicySettings policy) {}
