package io.millrace.launcher.settings;

import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.platform.rtmp.ConnectionLimits;

/**
 * What {@code --rtmp-limits} says. Immutable.
 *
 * @param connections of everybody who comes by RTMP
 * @param media of those who publish
 * @param names under which they publish
 */
public record RtmpLimitSettings(ConnectionLimits connections, MediaLimits media, NameLimits names) {}
