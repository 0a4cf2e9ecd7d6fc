/**
 * The state of the whole cluster, as Kafka knows it: how far each stage is behind, and which ingest nodes live. The same
 * on every node, because nothing of the process itself goes into it. Runs on the threads of the admin port.
 */
package io.millrace.platform.stages;
