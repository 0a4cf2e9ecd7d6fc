/**
 * How a protocol hands a publish to ingest, and how ingest controls the publish. Neither side depends on the other's
 * classes. Media are FLV tag bodies with 64-bit times. A publish is confined to the executor of its {@link Publisher}.
 */
package io.millrace.platform.publish;
