/**
 * The packager's consumer loop. {@code PackagerLoop} polls and commits; {@code PartitionWork} has the state of one
 * partition, {@code StreamWork} of one stream in it, {@code PacketCache} the packets that wait for their cut;
 * {@code PacketReader} reads again what the cache had no room for; {@code PartWriter} writes parts and index.
 */
package io.millrace.packager.loop;
