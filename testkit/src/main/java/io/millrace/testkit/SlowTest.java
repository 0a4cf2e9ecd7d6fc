package io.millrace.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Marks tests that start a broker or another process, or that take seconds for another reason: {@code mvn test} leaves
 * them out, {@code mvn verify} runs them. Modules that this one depends on write {@code @Tag("slow")} instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag(SlowTest.TAG)
public @interface SlowTest {
    String TAG = "slow";
}
