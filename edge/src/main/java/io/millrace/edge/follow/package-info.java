/**
 * Follows the index of the epochs that clients of this edge request, and publishes an {@code EpochView} of each. One
 * thread, {@code edge-index}, owns all followed epochs; requests read and wait for views by means of a {@code Watch}.
 */
package io.millrace.edge.follow;
