package io.millrace.launcher.settings;

import io.millrace.ingest.publish.MediaLimits;
import io.millrace.platform.rtmp.ConnectionLimits;

/**
 * What {@code --rtmp-limits} says. Immutable.
 *
 * @param connections of everybody who comes by RTMP
 * @param media of those who publish
 */
public record RtmpLimitSettings(ConnectionLimits connections, MediaLimits media) {}
