/**
 * Follows the index of the epochs that are watched at this edge and publishes an {@code EpochView} of each. One thread,
 * {@code edge-index}, owns all followed epochs; viewers subscribe with a {@code Watch}.
 */
package io.millrace.edge.follow;
