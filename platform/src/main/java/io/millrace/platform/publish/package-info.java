/**
 * How a protocol hands a publish to ingest, and how ingest controls it: neither side knows the other's. Media are FLV
 * tag bodies with 64-bit times. A publish is confined to the executor of its {@link Publisher}.
 */
package io.millrace.platform.publish;
