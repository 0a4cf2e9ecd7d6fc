/**
 * Kicks: viewers and publishers that operators have disconnected through any node, from the topic {@code control}. A
 * process with connections owns one {@link io.millrace.platform.kick.Kicks}, whose thread reads the topic, updates the
 * table that the policies ask, and calls the stages. Nothing here depends on a protocol.
 */
package io.millrace.platform.kick;
