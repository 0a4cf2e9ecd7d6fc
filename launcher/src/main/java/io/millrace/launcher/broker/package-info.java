/**
 * The embedded Kafka broker: its data directory, format, ports and disk space. The broker is a complete KRaft node in
 * this process; {@code --voters} makes it one node of several.
 */
package io.millrace.launcher.broker;
