/**
 * The packager's consumer loop. {@code PackagerLoop} polls and commits. {@code PartitionWork} holds the state of one
 * partition, {@code StreamWork} that of one stream in it, {@code PacketCache} the packets that wait for their cut.
 * {@code PacketReader} reads packets that the cache has evicted. {@code PartWriter} writes parts and index entries.
 */
package io.millrace.packager.loop;
