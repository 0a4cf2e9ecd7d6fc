package io.millrace.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Marks tests that start a broker or another process, or that take seconds for another reason: {@code mvn test} skips
 * them, {@code mvn verify} runs them. Modules on which {@code testkit} depends use {@code @Tag("slow")} instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag(SlowTest.TAG)
public @interface SlowTest {
    String TAG = "slow";
}
