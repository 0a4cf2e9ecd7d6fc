package io.millrace.platform.past;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.log.Withdrawal;
import io.millrace.platform.timeline.TagEvent;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ShownTagsTest {
    private static final long EPOCH = 17;
    private static final Withdrawals SOME = new Withdrawals(
            List.of(new Withdrawal("live/show", EPOCH, new Withdrawal.Extent(1, 2, 10, 20, 0, 1), 2, "")));
    private static final TagEvent KEYFRAME = frame(FlvTag.Type.VIDEO, true, true);
    private static final TagEvent PICTURE = frame(FlvTag.Type.VIDEO, false, true);
    private static final TagEvent SOUND = frame(FlvTag.Type.AUDIO, false, false);
    private static final TagEvent LONE_SOUND = frame(FlvTag.Type.AUDIO, true, true);
    private static final TagEvent CONFIG = new TagEvent.Config(tag(FlvTag.Type.VIDEO));
    private static final TagEvent END = new TagEvent.End(TagEvent.Reason.EPOCH_OVER);

    private final ShownTags shown = new ShownTags();

    private static FlvTag tag(FlvTag.Type type) {
        return new FlvTag(type, 0, ByteBuffer.allocate(2));
    }

    private static TagEvent frame(FlvTag.Type type, boolean entry, boolean leads) {
        return new TagEvent.Frame(tag(type), entry, leads);
    }

    private List<TagEvent> at(long offset, TagEvent... events) {
        return shown.of(List.of(events), SOME, EPOCH, offset);
    }

    @Test
    void omitsFramesUpToNextKeyframe() {
        assertThat(at(9, PICTURE)).containsExactly(PICTURE);
        assertThat(at(10, KEYFRAME)).isEmpty();
        assertThat(at(19, SOUND)).isEmpty();
        assertThat(at(20, PICTURE)).as("has no keyframe").isEmpty();
        assertThat(at(21, SOUND)).isEmpty();
        assertThat(at(22, KEYFRAME)).containsExactly(KEYFRAME);
        assertThat(at(23, SOUND)).containsExactly(SOUND);
    }

    @Test
    void keyframeWithinIsOmitted() {
        assertThat(at(12, KEYFRAME)).isEmpty();
        assertThat(at(15, KEYFRAME)).isEmpty();
    }

    @Test
    void soundAloneContinuesAtOnce() {
        assertThat(at(19, LONE_SOUND)).isEmpty();
        assertThat(at(20, LONE_SOUND)).containsExactly(LONE_SOUND);
    }

    @Test
    void keepsConfigurationsAndTheEnd() {
        assertThat(at(15, CONFIG, END)).containsExactly(CONFIG, END);
    }

    @Test
    void sameOffsetsOfOtherEpochsAreShown() {
        assertThat(shown.of(List.of(PICTURE), SOME, EPOCH + 1, 15)).containsExactly(PICTURE);
    }
}
