package dev.meander.event;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a measurement of time or speed: it differs between two otherwise identical runs.
 *
 * <p>Such fields stand together in the {@code timing} object of a metrics line, which {@link
 * MetricsFile#comparable} drops.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Timing {}
