/**
 * Kicks: what operators have disconnected through any node, from the topic {@code control}. A node that has connections
 * owns one {@link io.millrace.platform.kick.Kicks}, whose thread reads the topic; its policies ask it, and its stages are
 * told of new kicks. Nothing here knows a protocol.
 */
package io.millrace.platform.kick;
