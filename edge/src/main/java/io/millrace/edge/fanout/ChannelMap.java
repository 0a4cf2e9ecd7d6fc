package io.millrace.edge.fanout;

import io.millrace.platform.timeline.ChosenTracks;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The channels of a feed by stream and chosen tracks. Confined to the packet feed's thread. */
final class ChannelMap {
    private final Map<String, Map<ChosenTracks, FlvChannel>> byStream = new HashMap<>();

    /** Returns the channel of a stream with these tracks; null if there is none. */
    FlvChannel get(String stream, ChosenTracks chosen) {
        return byStream.getOrDefault(stream, Map.of()).get(chosen);
    }

    /** Returns the channels of a stream; a view that changes with the map. */
    Collection<FlvChannel> of(String stream) {
        return byStream.getOrDefault(stream, Map.of()).values();
    }

    /** Returns all channels. */
    List<FlvChannel> all() {
        return byStream.values().stream().flatMap(each -> each.values().stream()).toList();
    }

    /** Returns the streams that have a channel. */
    Set<String> streams() {
        return byStream.keySet();
    }

    void add(FlvChannel channel) {
        byStream.computeIfAbsent(channel.stream(), _ -> new HashMap<>()).put(channel.chosen(), channel);
    }

    /** Removes a channel. Returns false if it was not in the map. */
    boolean remove(FlvChannel channel) {
        Map<ChosenTracks, FlvChannel> ofStream = byStream.get(channel.stream());
        boolean removed = ofStream != null && ofStream.remove(channel.chosen(), channel);
        if (removed && ofStream.isEmpty()) {
            byStream.remove(channel.stream());
        }
        return removed;
    }
}
