/**
 * The Kafka Streams topology around the fold of each stream. At each commit, it writes the fold of each changed stream
 * to a store with a changelog; after a start, it restores the folds and repeats outputs that may have been lost. Runs
 * on the stream threads.
 */
package io.millrace.segmenter.topology;
