/**
 * Conversions between formats, and the media of a message regardless of the format of its body. Depends on the formats,
 * which do not depend on each other. Used by readers of the log and of FLV tags.
 * Pure; any thread.
 */
package io.millrace.media.remux;
