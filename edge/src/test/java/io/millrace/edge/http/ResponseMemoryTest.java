package io.millrace.edge.http;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ResponseMemoryTest {
    @Test
    void rejectsOneByteBeyondLimit() {
        var memory = new ResponseMemory(100);
        assertThat(memory.take(60)).isTrue();
        assertThat(memory.take(41)).isFalse();
        assertThat(memory.take(40)).as("what was refused does not count").isTrue();
        assertThat(memory.take(1)).isFalse();
        memory.giveBack(60);
        assertThat(memory.take(60)).isTrue();
    }
}
