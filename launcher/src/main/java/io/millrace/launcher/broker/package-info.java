/**
 * The embedded Kafka broker: its data directory, format, ports and disk space. It is a complete KRaft node in this
 * process; {@code --voters} makes it one of several.
 */
package io.millrace.launcher.broker;
