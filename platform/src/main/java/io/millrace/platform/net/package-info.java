/**
 * What listeners of every protocol share: whose address a connection has, how many come from there, and how bytes for many
 * leave.
 */
package io.millrace.platform.net;
